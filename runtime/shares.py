"""A batch in shares: while MongoDB writes one, the next is decided. Neither has to wait for the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

# Documents in a share. A write costs MongoDB about a tenth of a millisecond for each, and over one millisecond by
# itself, as it is journaled and confirmed by a majority: fewer in a share, and the second is what is paid for.
_SHARE: Final = 125


async def in_shares(
    items: Sequence[ItemT], work: Callable[[Sequence[ItemT]], Awaitable[ResultT]], *, size: int = _SHARE
) -> list[ResultT]:
    """What came of each share, in their order; one that is begun goes on while the next one waits, as here for a store.

    Raises the first error when all have come to their end: nothing of a batch goes on behind its back.
    """
    shares = [items[first : first + size] for first in range(0, len(items), size)]
    if len(shares) == 1:
        return [await work(shares[0])]
    results = await asyncio.gather(*map(work, shares), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
