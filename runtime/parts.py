"""A large batch in parts, so that the store and the broker have one in hand while the next is decided."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from runtime.records import RawRecord
from runtime.settings import LARGEST_BATCH


def in_parts(raw: Sequence[RawRecord]) -> list[Sequence[RawRecord]]:
    """Of the usual size or a little more; no two have a partition in common, of whichever topic.

    Equal partitions of sibling topics hold the same conversations: so each part has all of some, in their order.
    """
    wanted = -(-len(raw) // LARGEST_BATCH)
    of_partition = Counter(record.partition for record in raw)
    sizes: Counter[int] = Counter(dict.fromkeys(range(wanted), 0))
    part_of: dict[int, int] = {}
    for partition, count in of_partition.most_common():
        part_of[partition] = min(sizes, key=sizes.__getitem__)
        sizes[part_of[partition]] += count
    parts = [[record for record in raw if part_of[record.partition] == part] for part in range(wanted)]
    return [part for part in parts if part]


async def each(parts: Sequence[Sequence[RawRecord]], step: Callable[[Sequence[RawRecord]], Awaitable[None]]) -> None:
    """Side by side, and all to their end: whoever tries again must not meet one that is still under way."""
    outcomes = await asyncio.gather(*map(step, parts), return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome
