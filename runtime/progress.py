"""How far a group has come, told to the broker now and then: a commit is a round trip, and a record that the broker
writes for each partition that it names. What was not told before a crash comes again, and changes nothing then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka.message import KafkaAckableMessage

log = logging.getLogger(__name__)

# What may come again, besides the batch in hand.
RECORDS: Final = 500
_SECONDS: Final = 0.2


class Progress:
    """What is handled and not yet told. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: dict[TopicPartition, int] = {}
        self._records = 0
        self._since = 0.0

    def add(self, records: Sequence[ConsumerRecord]) -> None:
        """All that the batch caused is stored and published."""
        if not self._ends:
            self._since = self._clock()
        self._ends |= {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        self._records += len(records)

    @property
    def untold(self) -> bool:
        return bool(self._ends)

    @property
    def due(self) -> bool:
        return self._records >= RECORDS or (self.untold and self._clock() - self._since >= _SECONDS)

    async def tell(self, consumer: Any) -> None:
        """Where the broker is away, or deals the group out anew, it is kept for another time.

        Not of partitions that were taken away meanwhile: whoever has them now starts at what was committed.
        """
        ours = {partition: self._ends[partition] for partition in self._ends.keys() & consumer.assignment()}
        try:
            if ours:
                await consumer.commit(ours)
        except KafkaError as error:
            log.warning("progress not told", extra={"action": "progress_not_told", "why": type(error).__name__})
        else:
            self.forget()

    def forget(self) -> None:
        """Others may have gone on from what was told, and it must not be told behind their back."""
        self._ends, self._records = {}, 0


class Batch(KafkaAckableMessage):
    """FastStream's own commits at once, and all partitions of the member."""

    def __init__(self, records: tuple[ConsumerRecord, ...], consumer: Any, progress: Progress) -> None:
        super().__init__(body=b"", raw_message=records, consumer=consumer)
        self._progress = progress

    async def ack(self) -> None:
        if not self.committed:
            self._progress.add(self.raw_message)
            if self._progress.due:
                await self._progress.tell(self.consumer)
        await super(KafkaAckableMessage, self).ack()

    async def nack(self) -> None:
        """What was handled before is told now: the next batch that can be may be long in coming."""
        await super().nack()
        await self._progress.tell(self.consumer)
