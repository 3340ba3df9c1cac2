"""The FastStream subscriber of a service: its settings, its parser, its rebalances, its health."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from runtime import rejoining
from runtime.consume import Consumption
from runtime.lag import forget_lag, measure_lag
from runtime.membership import Membership
from runtime.precedence import Precedence
from runtime.progress import Batch, Progress, generation_of

# How long the broker holds a question that it has no records for; it answers at once when one comes. A question costs
# about half a millisecond of CPU here and as much there, and is all that an idle service does.
_FETCH_WAIT_MS = 200
# Of who waits to have more at once: each look costs the broker and the reader the same for one record as for hundreds.
_GATHERED_BYTES = 1024 * 1024
_POLL_MS = 200
# Without work for so long, there is time to tell how far we are.
_QUIET_MS = 20
# With what follows it, less than the group waits for us.
_DRAIN_SECONDS = 20.0
_REBALANCE_MS = 30_000
_POLL_INTERVAL_MS = 120_000


class Consumer:
    """One group member: brings batches to a Consumption, tells how far it came, drains on revocation."""

    def __init__(
        self,
        broker: KafkaBroker,
        consumption: Consumption,
        *,
        membership: Membership,
        batch_records: int,
        first: Collection[str] = (),
        gather_ms: int = 0,
    ) -> None:
        """`first`: topics whose records go before those of others. `gather_ms`: that records wait for more."""
        self._precedence = Precedence(membership.bootstrap, first=[consumption.namespace + topic for topic in first])
        self._consumption = consumption
        self._rejoining = rejoining.Rejoining(membership, self._coordinator, consumption.on_fatal)
        self._progress = Progress(time.monotonic)
        self._generation = 0
        self._asked_at = time.monotonic()
        self._batch_records = batch_records
        self._in_hand: Sequence[ConsumerRecord] = ()
        # Range, so that equal partitions of sibling topics, which hold the same conversations, go to one member.
        self._subscriber: Any = broker.subscriber(
            *(consumption.namespace + topic for topic in consumption.parsers),
            group_id=membership.group,
            group_instance_id=membership.instance,
            batch=True,
            fetch_max_wait_ms=gather_ms or _FETCH_WAIT_MS,
            fetch_min_bytes=_GATHERED_BYTES if gather_ms else 1,
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
        self._subscriber.get_msg = self._next_batch  # type: ignore[method-assign] # it takes a parser, and no poll

    async def _next_batch(self, consumer: Any) -> tuple[ConsumerRecord, ...]:
        """In place of FastStream's own, which looks a hundred times a second and sleeps in between: this one is woken
        by the record itself. What comes when the end has come is left to whoever is next: nothing of it is committed.

        Asked is only while we wait. aiokafka would ask again as soon as it has handed over a batch, and be answered
        at once, with the first record that comes: all that come after it would wait for one batch more. Where there is
        a backlog it may ask, also for those partitions of which nothing is left here.
        """
        self._asked_at = time.monotonic()
        if self._progress.due:
            await self._progress.tell(consumer)
        if self._progress.full:  # it could not be told
            await asyncio.sleep(_POLL_MS / 1000)
            return ()
        consumer.resume(*consumer.paused())
        within = _QUIET_MS if self._progress.untold else _POLL_MS
        found = await consumer.getmany(timeout_ms=within, max_records=self._batch_records)
        self._generation = generation_of(consumer)
        if found:
            if sum(map(len, found.values())) < self._batch_records:
                consumer.pause(*consumer.assignment())
            found = await self._precedence.kept(consumer, found)
        else:
            await self._progress.tell(consumer)
        return tuple(chain.from_iterable(found.values())) if self._subscriber.running else ()

    async def _parse(self, batch: tuple[ConsumerRecord, ...]) -> Batch:
        """In place of FastStream's own, which decodes headers and loses the batch where one is not UTF-8."""
        return Batch(batch, self._subscriber.consumer, self._progress, generation=self._generation)

    async def _on_batch(self, batch: Sequence[ConsumerRecord]) -> None:
        self._in_hand = batch
        await self._consumption.on_batch(batch)
        self._in_hand = ()

    def finish(self) -> None:
        """Nothing new is taken in, and a batch that waits for a store or broker is given back at once."""
        self._rejoining.ask_no_more()
        self._subscriber.running = False
        self._consumption.release()

    async def close(self) -> None:
        """When no more is consumed."""
        await self._precedence.stop()

    async def drain(self) -> None:
        """Retries are aborted; the batch in flight may finish, and what is handled is told."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        self._consumption.release()
        await self._subscriber.lock.wait_release(_DRAIN_SECONDS)
        await self._progress.tell(consumer)

    async def leave(self, *, held_any: bool) -> None:
        """A new assignment is being made; nobody else has our partitions before this returns."""
        self._rejoining.begin()
        forget_lag()
        if held_any:
            await self.drain()
        await self._rejoining.may_join()

    def joined(self) -> None:
        self._rejoining.end()
        self._progress.forget()
        self._in_hand = ()

    def problem(self) -> str | None:
        """What only a restart would mend, looked at in the consumer itself: a broker that answers says nothing of it.

        Having no records or no partitions is none, nor is a broker that is away: then the coordinator is unknown.
        """
        consumer = self._subscriber.consumer
        if consumer is None:
            return "it is not started"
        # What ends as cancelled is not started again by FastStream, whoever cancelled it.
        if self._subscriber.running and self._subscriber.tasks and all(t.done() for t in self._subscriber.tasks):
            return "its loop has ended"
        coordinator = self._coordinator()
        if coordinator._coordination_task.done():  # noqa: SLF001
            return "its membership in the group has ended"
        if coordinator.coordinator_id is None:
            return None
        if problem := self._rejoining.problem():
            return problem
        idle = time.monotonic() - self._asked_at  # aiokafka's own count of it stands still after an error
        return f"it has not asked for records for {idle:.0f} s" if idle > rejoining.STUCK_SECONDS else None

    def _coordinator(self) -> Any:
        """aiokafka tells nobody else how its group stands."""
        consumer = self._subscriber.consumer
        return consumer._coordinator if consumer is not None else None  # noqa: SLF001

    def measure(self) -> None:
        """Brings the lag metrics up to date."""
        if (consumer := self._subscriber.consumer) is not None:
            measure_lag(consumer, self._in_hand, namespace=self._consumption.namespace)

    def assigned(self) -> bool:
        consumer = self._subscriber.consumer
        return consumer is not None and bool(consumer.assignment())


class Drain(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """Awaited by aiokafka while heartbeats go on, so the batch in flight ends before others get its records."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        await self._consumer.leave(held_any=bool(revoked))

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._consumer.joined()
        logging.getLogger(__name__).info("assigned", extra={"action": "assigned", "partitions": len(assigned)})


async def _undecoded(message: Batch) -> tuple[ConsumerRecord, ...]:
    return message.raw_message
