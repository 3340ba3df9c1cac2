"""A game day: calls at a steady rate, one trouble after the other, and what became of every call."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from missedcall.stage.observer import Observer
from tests.drill.books import opt_outs, story_of
from tests.drill.callers import Callers, Ended, at_a_rate
from tests.drill.ground import LEASE_SECONDS, ROOMY, Ground, ground
from tests.drill.habits import Called
from tests.drill.report import Report, line
from tests.drill.rows import Fate, row
from tests.drill.troubles import Trouble

_LEAD_SECONDS: Final = 1.0
"""Of calls before a trouble begins, and after it is over."""
_BACKLOG_SECONDS: Final = 120.0
_LATE_SECONDS: Final = 2 * LEASE_SECONDS
"""After the last row: whatever would text somebody once more has had its time, as at the end of a lease."""


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
    """On a ground of its own, which is gone afterwards. `said`: each step, and each row as it ends."""
    async with ground(said, spool_bytes=spool_bytes) as own:
        day = Day(own=own, callers=Callers(own.stage), random=Random(seed), per_second=per_second)
        await day.callers.connect()
        played = []
        for trouble in troubles:
            said(trouble.name)
            played.append(one := await day.play(trouble))
            said(f"  {line(row(trouble.name, await day.fates(one), backlog=one.backlog_seconds))}")
        said("waiting for anything that comes late")
        await asyncio.sleep(_LATE_SECONDS)
        return _report(seed, {one: await day.fates(one) for one in played})


def _report(seed: int, fates: dict[Played, list[Fate]]) -> Report:
    rows = [row(played.trouble.name, fates[played], backlog=played.backlog_seconds) for played in fates]
    wrongs = [f"{played.trouble.name}: {wrong}" for played in fates for fate in fates[played] if (wrong := fate.wrong)]
    return Report(
        seed=seed, rows=rows, problems=[*wrongs, *(f"{r.trouble}: {problem}" for r in rows for problem in r.problems)]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    own: Ground
    callers: Callers
    random: Random
    per_second: float

    async def play(self, trouble: Trouble) -> Played:
        await self.callers.repeat(twice=trouble.twice)
        calls: list[Called] = []
        calling = asyncio.create_task(at_a_rate(self.callers, calls, per_second=self.per_second))
        await asyncio.sleep(_LEAD_SECONDS)
        await trouble.make(self.own, self.random)
        over = time.monotonic()
        await asyncio.sleep(_LEAD_SECONDS)
        calling.cancel()
        await calling
        ended = await self.callers.ended(calls)
        await _told(self.own.stage.observer, calls)
        backlog = time.monotonic() - over
        await self.own.whole()
        return Played(trouble=trouble, calls=ended, backlog_seconds=backlog)

    async def fates(self, played: Played) -> list[Fate]:
        """By how many messages there are at Twilio by now, counted by receiver and business."""
        texts = Counter((m["to"], m["from"]) for m in await self.own.stage.twilio.messages())
        events = self.own.stage.observer.events
        return [
            Fate(
                ended=each,
                story=story_of(events((call := each.called).sid)),
                texts=texts[call.caller, call.number],
                opt_outs=opt_outs(events(call.stop.sid)) if call.stop else 0,
            )
            for each in played.calls
        ]


async def _told(observer: Observer, calls: Sequence[Called]) -> None:
    """Until every call's story is told and every STOP is heard; what is not in time is lost, and counted so."""
    left = list(calls)

    def told(call: Called) -> bool:
        heard = not call.stop or call.took_it_back or bool(opt_outs(observer.events(call.stop.sid)))
        return heard and story_of(observer.events(call.sid)).told

    def all_told() -> bool:
        left[:] = [call for call in left if not told(call)]
        return not left

    await observer.settled(all_told, within=_BACKLOG_SECONDS)
