"""Topics that go first. Kafka orders nothing across topics, so what must come before is waited for.

A record of another topic is handed on only when nothing is left of the equal partitions of these, as the broker knows
it at that moment: they hold the same conversations, and are this member's too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiokafka import ConsumerRecord, TopicPartition

# More than a broker that is there takes; whoever does not know what comes first hands on nothing else.
_ASK_SECONDS: Final = 2.0

Found = Mapping[TopicPartition, Sequence[ConsumerRecord]]


async def in_precedence(consumer: Any, found: Found, *, first: Collection[str]) -> Found:
    """What of it may be handled now. The rest is put back, and comes again behind what it has to wait for.

    Nothing may be where the broker does not say in time what there is; nor where it raises a KafkaError.
    """
    behind = {tp.partition for tp in found if tp.topic not in first}
    siblings = [tp for tp in consumer.assignment() if tp.topic in first and tp.partition in behind]
    if not siblings:
        return found
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            ends = await consumer.end_offsets(siblings)
            short = {tp.partition for tp in siblings if await consumer.position(tp) < ends[tp]}
    except BaseException as error:
        _put_back(consumer, found)
        if isinstance(error, TimeoutError):
            return {}
        raise
    waiting = {tp: records for tp, records in found.items() if tp.topic not in first and tp.partition in short}
    _put_back(consumer, waiting)
    return {tp: records for tp, records in found.items() if tp not in waiting}


def _put_back(consumer: Any, found: Found) -> None:
    """Not those that were taken away meanwhile: whoever has them now starts at what was committed."""
    for tp in found.keys() & consumer.assignment():
        consumer.seek(tp, found[tp][0].offset)
