"""Topics that go first. Kafka orders nothing across topics, so what must come before is waited for.

A record of another topic is handed on only when nothing is left of the equal partitions of these, as the broker knows
it at that moment: they hold the same conversations, and are this member's too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from runtime.errors import GivenUp
from runtime.shared_client import SharedClient

# More than a broker that is there takes.
_ASK_SECONDS: Final = 1.0
_END_SECONDS: Final = 3.0

Found = Mapping[TopicPartition, Sequence[ConsumerRecord]]


class Precedence:
    """`first`: the topics. It asks over a connection of its own: a broker answers those of one connection in turn, and
    one that the consumer has asked for records may keep that question for a while.
    """

    def __init__(self, bootstrap: str, *, first: Collection[str]) -> None:
        self._bootstrap = bootstrap
        self._first = frozenset(first)
        self._asking = SharedClient[Any](self._made, name="asking consumer", given_up=_ended)

    async def stop(self) -> None:
        await self._asking.stop(within=_END_SECONDS)

    async def kept(self, consumer: Any, found: Found) -> Found:
        """What of it may be handled now. The rest is put back, and comes again behind what it has to wait for.

        So it is where the broker does not say what there is: whoever does not know what comes first waits.
        """
        behind = {tp.partition for tp in found if tp.topic not in self._first} if self._first else ()
        siblings = [tp for tp in consumer.assignment() if tp.topic in self._first and tp.partition in behind]
        if not siblings:
            return found
        try:
            short = {tp.partition for tp in await self._short(consumer, siblings)}
        except BaseException:
            _put_back(consumer, found)
            raise
        waiting = {tp for tp in found if tp.topic not in self._first and tp.partition in short}
        _put_back(consumer, {tp: found[tp] for tp in waiting})
        # In this order, so that it holds also where the batch is handled by halves.
        ready = sorted(found.keys() - waiting, key=lambda tp: tp.topic not in self._first)
        return {tp: found[tp] for tp in ready}

    async def _short(self, consumer: Any, partitions: Sequence[TopicPartition]) -> set[TopicPartition]:
        """Those that are not known to be at their end. All at once, and one by one where one of them is silent."""
        at_end = await self._at_end(consumer, partitions)
        if at_end is None and (in_vain := self._asking.client) is not None:
            each = await asyncio.gather(*(self._at_end(consumer, [partition]) for partition in partitions))
            at_end = {partition for found in each for partition in found or ()}
            # It may be asking a broker that is no more, and would not find out for minutes.
            self._asking.give_up(in_vain)
        return {*partitions} - {*(at_end or ())}

    async def _at_end(self, consumer: Any, partitions: Sequence[TopicPartition]) -> Collection[TopicPartition] | None:
        """None where the broker does not say."""
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                ends = await self._ends(partitions)
                return {tp for tp in partitions if await consumer.position(tp) >= ends[tp]}
        except (KafkaError, OSError, GivenUp):  # TimeoutError is an OSError
            return None

    async def _ends(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        asking = await self._asking.ready()
        ends: Mapping[TopicPartition, int] = await asking.end_offsets(partitions)
        return ends

    def _made(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(bootstrap_servers=self._bootstrap)


async def _ended(consumer: Any) -> None:
    """Its connections too, where `stop` was cut off halfway and does nothing any more."""
    try:
        await consumer.stop()
    finally:
        await consumer._client.close()  # noqa: SLF001


def _put_back(consumer: Any, found: Found) -> None:
    """Not those that were taken away meanwhile: whoever has them now starts at what was committed."""
    for tp in found.keys() & consumer.assignment():
        consumer.seek(tp, found[tp][0].offset)
