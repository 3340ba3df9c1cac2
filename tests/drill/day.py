"""A game day: calls at a steady rate, one trouble after the other, and what became of every call."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.drill.books import Books
from tests.drill.callers import Called, Callers, Ended, at_a_rate
from tests.drill.ground import LEASE_SECONDS, ROOMY, Ground, ground
from tests.drill.report import Fate, Report, row
from tests.drill.troubles import Trouble

_LEAD_SECONDS: Final = 1.0
"""Of calls before a trouble begins, and after it is over."""
_BACKLOG_SECONDS: Final = 120.0
_LATE_SECONDS: Final = 2 * LEASE_SECONDS
"""After the last row: whatever would text somebody once more has had its time, as at the end of a lease."""
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    trouble: Trouble
    calls: Sequence[Ended]
    backlog_seconds: float


async def hold(
    seed: int,
    troubles: Sequence[Trouble],
    *,
    per_second: float,
    said: Callable[[str], None],
    spool_bytes: int = ROOMY,
) -> Report:
    """On a ground of its own, which is gone afterwards."""
    async with ground(said, spool_bytes=spool_bytes) as own, Books.kept(own.kafka.bootstrap) as books:
        day = Day(own=own, books=books, callers=Callers(own.stage), random=Random(seed), per_second=per_second)
        await day.callers.connect()
        played = []
        for trouble in troubles:
            said(trouble.name)
            played.append(await day.play(trouble))
        said("waiting for anything that comes late")
        await asyncio.sleep(_LATE_SECONDS)
        texts = await _texts(own)
    fates = {each: _fates(each, books, texts) for each in played}
    return Report(
        seed=seed,
        rows=[row(p.trouble.name, fates[p], backlog=p.backlog_seconds) for p in played],
        problems=[
            *(f"{p.trouble.name}: {wrong}" for p in played for fate in fates[p] if (wrong := fate.wrong)),
            *(f"{p.trouble.name}: nobody called" for p in played if not p.calls),
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    own: Ground
    books: Books
    callers: Callers
    random: Random
    per_second: float

    async def play(self, trouble: Trouble) -> Played:
        calls: list[Called] = []
        calling = asyncio.create_task(at_a_rate(self.callers, calls, per_second=self.per_second, twice=trouble.twice))
        await asyncio.sleep(_LEAD_SECONDS)
        await trouble.make(self.own, self.random)
        over = time.monotonic()
        await asyncio.sleep(_LEAD_SECONDS)
        calling.cancel()
        await calling
        ended = await self.callers.ended(calls)
        await _told(self.books, [call.sid for call in calls])
        backlog = time.monotonic() - over
        await self.own.whole()
        return Played(trouble=trouble, calls=ended, backlog_seconds=backlog)


async def _told(books: Books, sids: Sequence[str]) -> None:
    """Until every call's story is; those that are not in time are lost, and counted so."""
    deadline = time.monotonic() + _BACKLOG_SECONDS
    while books.untold(sids) and time.monotonic() < deadline:  # noqa: ASYNC110 - the books tell nobody by themselves
        await asyncio.sleep(_LOOK_SECONDS)


async def _texts(own: Ground) -> Counter[tuple[str, str]]:
    """How many messages there are at Twilio at the end of the day, by receiver and business."""
    return Counter((message["to"], message["from"]) for message in await own.stage.twilio.messages())


def _fates(played: Played, books: Books, texts: Counter[tuple[str, str]]) -> list[Fate]:
    return [
        Fate(ended=each, story=books.story((call := each.called).sid), texts=texts[call.caller, call.number])
        for each in played.calls
    ]
