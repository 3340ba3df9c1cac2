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

# More than a broker that is there takes.
_ASK_SECONDS: Final = 1.0

Found = Mapping[TopicPartition, Sequence[ConsumerRecord]]


class Precedence:
    """`first`: the topics. It asks over a connection of its own: a broker answers those of one connection in turn, and
    one that the consumer has asked for records may keep that question for a while.
    """

    def __init__(self, bootstrap: str, *, first: Collection[str]) -> None:
        self._bootstrap = bootstrap
        self._first = frozenset(first)
        self._asking: Any = None

    async def stop(self) -> None:
        if self._asking is not None:
            await self._asking.stop()

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
        waiting = {
            tp: records for tp, records in found.items() if tp.topic not in self._first and tp.partition in short
        }
        _put_back(consumer, waiting)
        return {tp: records for tp, records in found.items() if tp not in waiting}

    async def _short(self, consumer: Any, partitions: Sequence[TopicPartition]) -> set[TopicPartition]:
        """Those that are not known to be at their end. All at once, and one by one where one of them is silent."""
        if (at_end := await self._at_end(consumer, partitions)) is None:
            each = await asyncio.gather(*(self._at_end(consumer, [partition]) for partition in partitions))
            at_end = {partition for found in each for partition in found or ()}
        return {*partitions} - {*at_end}

    async def _at_end(self, consumer: Any, partitions: Sequence[TopicPartition]) -> Collection[TopicPartition] | None:
        """None where the broker does not say."""
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                ends = await self._ends(partitions)
                return {tp for tp in partitions if await consumer.position(tp) >= ends[tp]}
        except (KafkaError, TimeoutError):
            return None

    async def _ends(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        if self._asking is None:
            asking = AIOKafkaConsumer(bootstrap_servers=self._bootstrap)
            try:
                await asking.start()
            except BaseException:
                await asking.stop()
                raise
            self._asking = asking
        ends: Mapping[TopicPartition, int] = await self._asking.end_offsets(partitions)
        return ends


def _put_back(consumer: Any, found: Found) -> None:
    """Not those that were taken away meanwhile: whoever has them now starts at what was committed."""
    for tp in found.keys() & consumer.assignment():
        consumer.seek(tp, found[tp][0].offset)
