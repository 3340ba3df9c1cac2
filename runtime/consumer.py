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

from runtime.acknowledged import Batch
from runtime.consume import Consumption
from runtime.errors import Fenced
from runtime.lag import forget_lag, measure_lag
from runtime.membership import Membership
from runtime.precedence import Precedence

# How long the broker holds a question that it has no records for; it answers at once when one comes. A question costs
# about half a millisecond of CPU here and as much there, and is all that an idle service does. While a batch takes less
# than 0.1 s, aiokafka waits for it and asks for all partitions together; past that, those of the batch may have to wait
# for this long.
_FETCH_WAIT_MS = 200
# Of who waits to have more at once: each look costs the broker and the reader the same for one record as for hundreds.
_GATHERED_BYTES = 1024 * 1024
_POLL_MS = 200
_DRAIN_SECONDS = 25.0
_REBALANCE_MS = 30_000
_POLL_INTERVAL_MS = 120_000
_STUCK_SECONDS = 90.0
# Longer than a session: by then who had our name and is dead has lost it.
_ASK_AGAIN_SECONDS = 12.0


class Consumer:
    """One group member: brings batches to a Consumption, commits after each, drains on revocation."""

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
        self._membership = membership
        self._batch_records = batch_records
        self._in_hand: Sequence[ConsumerRecord] = ()
        self._outside_since: float | None = None
        self._outside: asyncio.Task[None] | None = None
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
        """
        found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=self._batch_records)
        if found:
            found = await self._precedence.kept(consumer, found)
        return tuple(chain.from_iterable(found.values())) if self._subscriber.running else ()

    async def _parse(self, batch: tuple[ConsumerRecord, ...]) -> Batch:
        """In place of FastStream's own, which decodes headers and loses the batch where one is not UTF-8."""
        return Batch(body=b"", raw_message=batch, consumer=self._subscriber.consumer)

    async def _on_batch(self, batch: Sequence[ConsumerRecord]) -> None:
        self._in_hand = batch
        await self._consumption.on_batch(batch)
        self._in_hand = ()

    def finish(self) -> None:
        """Nothing new is taken in, and a batch that waits for a store or broker is given back at once."""
        self._ask_no_more()
        self._subscriber.running = False
        self._consumption.release()

    async def close(self) -> None:
        """When no more is consumed."""
        await self._precedence.stop()

    async def drain(self) -> None:
        """Retries are aborted; the batch in flight may finish, commit included."""
        self._consumption.release()
        await self._subscriber.lock.wait_release(_DRAIN_SECONDS)

    def left(self) -> None:
        """A new assignment is being made, and nothing is fetched until it is there."""
        self._outside_since = self._outside_since or time.monotonic()
        self._ask_no_more()
        self._outside = asyncio.create_task(self._ask_while_outside(), name="outside its group")
        forget_lag()

    async def still_ours(self) -> None:
        """Whether we may join again. Who has lost its name to another process stops, and does not ask it back."""
        try:
            await self._membership.check(self._member_id())
        except Fenced as error:
            await self._stop_joining(error)

    async def _ask_while_outside(self) -> None:
        """The name may be lost after that question. aiokafka knows no word for that, and goes on for ever."""
        while True:
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
            try:
                await self._membership.check_while_joining(self._member_id)
            except Fenced as error:
                await self._stop_joining(error)
                return

    def _ask_no_more(self) -> None:
        if self._outside is not None:
            self._outside.cancel()

    async def _stop_joining(self, error: Fenced) -> None:
        joining = self._subscriber.consumer._coordinator._coordination_task  # noqa: SLF001 - aiokafka has no other end
        joining.cancel()
        try:
            await asyncio.wait([joining])  # where it runs this itself, it goes no further than here
        finally:
            self._consumption.on_fatal(error)

    def _member_id(self) -> str:
        """Empty where the group knows us by none."""
        consumer = self._subscriber.consumer
        return consumer._coordinator.member_id if consumer is not None else ""  # noqa: SLF001 - it tells nobody else

    def joined(self) -> None:
        self._outside_since = None
        self._ask_no_more()
        self._in_hand = ()
        self._membership.known_as = self._member_id()

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
        coordinator = consumer._coordinator  # noqa: SLF001 - aiokafka tells nobody else how its group stands
        if coordinator._coordination_task.done():  # noqa: SLF001
            return "its membership in the group has ended"
        if coordinator.coordinator_id is None:
            return None
        if self._outside_since and (outside := time.monotonic() - self._outside_since) > _STUCK_SECONDS:
            return f"it has been out of its group for {outside:.0f} s"
        idle = consumer._subscription.fetcher_idle_time  # noqa: SLF001 - seconds since the last poll
        return f"it has not asked for records for {idle:.0f} s" if idle > _STUCK_SECONDS else None

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
        self._consumer.left()
        if revoked:
            await self._consumer.drain()
        await self._consumer.still_ours()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._consumer.joined()
        logging.getLogger(__name__).info("assigned", extra={"action": "assigned", "partitions": len(assigned)})


async def _undecoded(message: Batch) -> tuple[ConsumerRecord, ...]:
    return message.raw_message
