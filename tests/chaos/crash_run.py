"""Dies at every point that is chosen, in several lanes at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.stack import Stack
from simulator.client import SimulatorClient
from tests.chaos.crash_points import Lane
from tests.chaos.deaths import Death, Point, problem
from tests.chaos.field import field

_LANES: Final = 4  # most of a lane's time is waiting for a lease
_NUMBERS_PER_LANE: Final = 1_000
_FIRST_NUMBER: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashes:
    """`missed`: points that no life came by again, as when an answer's head and body came in one piece this time."""

    points: Sequence[Point]
    deaths: Sequence[Death]
    missed: Sequence[Point]

    @property
    def problems(self) -> list[str]:
        """What a death did, and every await of ours that none was died at."""
        wrong = [f"died {death.point.own}: {wrong}" for death in self.deaths if (wrong := problem(death))]
        spared = {point.own for point in self.missed} - {death.point.own for death in self.deaths}
        return [*wrong, *(f"nobody died {place}" for place in sorted(spared))]


def everywhere(points: Sequence[Point]) -> Sequence[Point]:
    return points


async def crash(
    stack: Stack,
    twilio: SimulatorClient,
    folder: Path,
    *,
    where: Callable[[Sequence[Point]], Sequence[Point]],
    walks: int,
) -> Crashes:
    """`where`: which of the points that are found are died at. `walks`: how often it is looked for them."""
    async with AsyncExitStack() as opened:
        lanes = [
            Lane(await opened.enter_async_context(field(stack, twilio, folder / name, base=twilio.url, first=first)))
            for name, first in _namings()
        ]
        points = where(await lanes[0].points(walks=walks))
        queue = iter(points)
        died = await asyncio.gather(*(lane.die_at(queue) for lane in lanes))
    return Crashes(
        points=points,
        deaths=[death for deaths, _ in died for death in deaths],
        missed=[point for _, missed in died for point in missed],
    )


def _namings() -> Iterator[tuple[str, int]]:
    """A folder a lane, and numbers for its texts that no other lane has."""
    return ((f"lane-{number}", _FIRST_NUMBER + number * _NUMBERS_PER_LANE) for number in range(_LANES))
