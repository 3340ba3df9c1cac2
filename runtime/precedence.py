"""Topics that go first. Kafka orders nothing across topics, so what must come before is waited for.

A record of another topic is handed on only when nothing is left of the equal partitions of these, as the broker knows
it at that moment: they hold the same conversations, and are this member's too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

# More than a broker that is there takes.
_ASK_SECONDS: Final = 1.0

Found = Mapping[TopicPartition, Sequence[ConsumerRecord]]


async def in_precedence(consumer: Any, found: Found, *, first: Collection[str]) -> Found:
    """What of it may be handled now. The rest is put back, and comes again behind what it has to wait for.

    So it is where the broker does not say what there is: whoever does not know what comes first waits.
    """
    behind = {tp.partition for tp in found if tp.topic not in first}
    siblings = [tp for tp in consumer.assignment() if tp.topic in first and tp.partition in behind]
    if not siblings:
        return found
    try:
        short = {tp.partition for tp in await _short(consumer, siblings)}
    except BaseException:
        _put_back(consumer, found)
        raise
    waiting = {tp: records for tp, records in found.items() if tp.topic not in first and tp.partition in short}
    _put_back(consumer, waiting)
    return {tp: records for tp, records in found.items() if tp not in waiting}


async def _short(consumer: Any, partitions: Sequence[TopicPartition]) -> set[TopicPartition]:
    """Those that are not known to be at their end. All at once, and one by one where one of them is silent."""
    if (at_end := await _at_end(consumer, partitions)) is None:
        each = await asyncio.gather(*(_at_end(consumer, [partition]) for partition in partitions))
        at_end = {partition for found in each for partition in found or ()}
    return {*partitions} - {*at_end}


async def _at_end(consumer: Any, partitions: Sequence[TopicPartition]) -> Collection[TopicPartition] | None:
    """None where the broker does not say."""
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            ends = await consumer.end_offsets(partitions)
            return {tp for tp in partitions if await consumer.position(tp) >= ends[tp]}
    except (KafkaError, TimeoutError):
        return None


def _put_back(consumer: Any, found: Found) -> None:
    """Not those that were taken away meanwhile: whoever has them now starts at what was committed."""
    for tp in found.keys() & consumer.assignment():
        consumer.seek(tp, found[tp][0].offset)
