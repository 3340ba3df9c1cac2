"""Every await of the sender as a place to die: found by watching one text go by, then died at one by one."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Final

from services.sender.entry import State
from simulator.faults.order import FaultOrder, Name
from tests.chaos.books import Standing, standing
from tests.chaos.deaths import Death, Point
from tests.chaos.field import Field
from tests.chaos.life import life
from tests.chaos.owed import Owed

# What Twilio does to the text: the path is another where the answer is lost and no callback comes.
SCENARIOS: Final[Mapping[str, tuple[Name, ...]]] = {
    "answered": (),
    "unanswered": ("accept-never-answer", "no-callback"),
    "refused once": ("too-many-requests",),
}
_WITHIN_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.05
_LIVES_PER_POINT: Final = 3
"""What is done once a life, such as connecting, is not come by where an inherited text has done it. And an answer whose
head and body came apart may come in one piece the next time: that wait is then none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """A death whose text is not at its end yet."""

    point: Point
    owed: Owed
    before: State | None


class Lane:
    """One life after another in one field: each first settles what the last one left, then dies of its own place."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._numbers = count(field.first)

    async def points(self, *, walks: int) -> list[Point]:
        """All places that a text comes by each time, in the first scenario that leads there.

        What is come by only now and then, as at a conflict, cannot be died at on purpose: more walks show it.
        """
        found: dict[str, Point] = {}
        for scenario in SCENARIOS:
            first, *others = [await self._walked(scenario) for _ in range(walks)]
            for place in first:
                if all(place in other for other in others):
                    found.setdefault(place, Point(place=place, scenario=scenario))
        return list(found.values())

    async def die_at(self, points: Iterator[Point]) -> tuple[list[Death], list[Point]]:
        """The deaths, and the points that no life came by."""
        deaths: list[Death] = []
        missed: list[Point] = []
        left: _Left | None = None
        for point in points:
            for _ in range(_LIVES_PER_POINT):
                async with life(self._field, "places") as alive:
                    deaths += [await self._inherited(left, alive)] if left else []
                    left = await self._died(point, alive)
                if left:
                    break
            else:
                missed.append(point)
        if left:
            async with life(self._field, "places") as alive:
                deaths.append(await self._inherited(left, alive))
        return deaths, missed

    async def _walked(self, scenario: str) -> Sequence[str]:
        seen = self._field.folder / f"places-{scenario}"
        async with life(self._field, seen.name) as alive:
            already = len(seen.read_text())
            owed = await self._permitted(scenario)
            await self._over(owed, alive)
            return list(dict.fromkeys(seen.read_text()[already:].splitlines()))

    async def _died(self, point: Point, alive: Process) -> _Left | None:
        """None where the text came through alive: its place was not come by this time."""
        self._field.traps.set(point.place, signal.SIGKILL)
        owed = await self._permitted(point.scenario)
        await self._over(owed, alive)
        reached = not self._field.traps.standing(point.place)
        self._field.traps.clear()
        if not reached:
            return None
        await alive.wait()
        before = await standing(self._field, owed)
        return _Left(point=point, owed=owed, before=before.state if before else None)

    async def _inherited(self, left: _Left, heir: Process) -> Death:
        """Left alone by a death, the text is brought to its end by the next who lives."""
        await self._until(heir, left.owed, lambda found: found.settled)
        return Death(
            point=left.point,
            before=left.before,
            after=await standing(self._field, left.owed),
            created=await self._field.created(left.owed.recipient),
        )

    async def _permitted(self, scenario: str) -> Owed:
        owed = Owed(number=next(self._numbers), row=scenario)
        for name in SCENARIOS[scenario]:
            await self._field.twilio.order_fault(FaultOrder(name=name, to=owed.recipient))
        await self._field.neighbours.permit(owed)
        return owed

    async def _over(self, owed: Owed, alive: Process) -> None:
        """All that there is to come by has been come by."""
        delivered = None if owed.row == "unanswered" else "delivered"
        await self._until(alive, owed, lambda found: found.settled and delivered in (None, found.delivery))

    async def _until(self, alive: Process, owed: Owed, holds: Callable[[Standing], bool]) -> None:
        """Or until it is dead, or too long neither: the verdict sees it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_WITHIN_SECONDS):
                while alive.returncode is None:
                    if (found := await standing(self._field, owed)) and holds(found):
                        return
                    await asyncio.sleep(_LOOK_SECONDS)
