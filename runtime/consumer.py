"""The FastStream subscriber of a service: its settings, its parser, its rebalances, its health."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from runtime import metrics
from runtime.consume import Consumption

_DRAIN_SECONDS = 25.0
_REBALANCE_MS = 30_000
_POLL_INTERVAL_MS = 120_000
_STUCK_SECONDS = 90.0


class Consumer:
    """One group member: brings batches to a Consumption, commits after each, drains on revocation."""

    def __init__(
        self, broker: KafkaBroker, consumption: Consumption, *, group: str, instance: str | None, batch_records: int
    ) -> None:
        self._consumption = consumption
        self._last_progress = time.monotonic()
        # Range, so that equal partitions of sibling topics, which hold the same conversations, go to one member.
        self._subscriber: Any = broker.subscriber(
            *(consumption.namespace + topic for topic in consumption.parsers),
            group_id=group,
            group_instance_id=instance,
            batch=True,
            max_records=batch_records,
            batch_timeout_ms=10,
            fetch_max_wait_ms=20,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            partition_assignment_strategy=[RangePartitionAssignor],
            rebalance_timeout_ms=_REBALANCE_MS,
            max_poll_interval_ms=_POLL_INTERVAL_MS,
            listener=Drain(self),
            parser=self._parse,
            decoder=_undecoded,
        )
        self._subscriber(self._on_batch)

    async def _parse(self, batch: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
        """In place of FastStream's own, which decodes headers and loses the batch where one is not UTF-8."""
        return KafkaAckableMessage(body=b"", raw_message=batch, consumer=self._subscriber.consumer)

    async def _on_batch(self, batch: Sequence[ConsumerRecord]) -> None:
        metrics.LAG_SECONDS.set(max(0.0, time.time() - min(r.timestamp for r in batch) / 1000))
        await self._consumption.on_batch(batch)
        self._last_progress = time.monotonic()

    async def drain(self) -> None:
        """Retries are aborted; the batch in flight may finish, commit included."""
        self._consumption.revoked = True
        await self._subscriber.lock.wait_release(_DRAIN_SECONDS)

    def resume(self) -> None:
        self._consumption.revoked = False
        self._last_progress = time.monotonic()

    def problem(self) -> str | None:
        """What is wrong with this consumer, looked at itself: a broker that answers says nothing about it."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return "it is not started"
        self._measure_lag(consumer)
        if time.monotonic() - max(self._last_progress, self._last_fetch(consumer)) < _STUCK_SECONDS:
            return None
        return f"it has neither fetched nor finished a batch for {_STUCK_SECONDS:.0f} s"

    def assigned(self) -> bool:
        consumer = self._subscriber.consumer
        return consumer is not None and bool(consumer.assignment())

    def _last_fetch(self, consumer: Any) -> float:
        """When the broker last answered a fetch, in this process's monotonic seconds."""
        fetched = [consumer.last_poll_timestamp(partition) or 0 for partition in consumer.assignment()]
        return time.monotonic() - (time.time() - max(fetched, default=0) / 1000)

    def _measure_lag(self, consumer: Any) -> None:
        for partition in consumer.assignment():
            state = consumer._subscription.subscription.assignment.state_value(partition)  # noqa: SLF001 - position() waits
            if state is not None and state.has_valid_position and state.highwater is not None:
                name = partition.topic.removeprefix(self._consumption.namespace)
                metrics.LAG_RECORDS.labels(name, partition.partition).set(state.highwater - state.position)


class Drain(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """Awaited by aiokafka while heartbeats go on, so the batch in flight ends before others get its records."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if revoked:
            await self._consumer.drain()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._consumer.resume()
        logging.getLogger(__name__).info("assigned", extra={"action": "assigned", "partitions": len(assigned)})


async def _undecoded(message: KafkaAckableMessage) -> tuple[ConsumerRecord, ...]:
    return message.raw_message
