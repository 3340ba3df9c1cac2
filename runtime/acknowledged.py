"""A batch that commits what it held, and nothing else."""

from __future__ import annotations

from typing import Any

from aiokafka import TopicPartition
from faststream.kafka.message import KafkaAckableMessage


class Batch(KafkaAckableMessage):
    """FastStream's commits all partitions of the member: each is a record that the broker writes down again."""

    async def ack(self) -> None:
        """Not of those that were taken away meanwhile: whoever has them now starts at what was committed."""
        if not self.committed:
            consumer: Any = self.consumer
            ends = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in self.raw_message}
            ours = {partition: ends[partition] for partition in ends.keys() & consumer.assignment()}
            if ours:
                await consumer.commit(ours)
        await super(KafkaAckableMessage, self).ack()
