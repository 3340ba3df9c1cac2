"""Resident memory of each service over minutes of load: it may be large once, and must not grow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from bench.chain import running_chain
from bench.ground import Ground
from bench.lines import Better, Line
from bench.proc import resident_megabytes

_RATE: Final = 100
_SLICES: Final = 10
_AIMED_AT: Final = 150
# What Python's allocator takes by and by; a leak of one object a call would be more.
_GROWN_BY: Final = 1.15


async def measure(ground: Ground) -> list[Line]:
    """A figure a slice; beside it what it was after the first, when all that is loaded lazily is there."""
    rate = min(_RATE, *ground.scale.rates) if len(ground.scale.rates) == 1 else _RATE
    samples: dict[str, list[float]] = {}
    async with running_chain(ground) as chain:
        for number in range(_SLICES):
            ground.tell(f"{number + 1} of {_SLICES}, {rate} calls/s")
            await chain.play(rate, ground.scale.endurance_seconds / _SLICES, run=number)
            for name, pid in chain.system.pids.items():
                samples.setdefault(name, []).append(resident_megabytes(pid))
    return [line for name, found in samples.items() for line in _lines(name, found)]


def _lines(name: str, found: Sequence[float]) -> list[Line]:
    line = partial(Line, unit="MB resident", better=Better.LOWER)
    first, later = found[0], tuple(found[1:])
    return [
        line(name=name, figures=later, baseline="at first", beside=(first,) * len(later), target=_GROWN_BY),
        line(name=f"{name}, at its largest", figures=(max(found),), target=_AIMED_AT),
    ]
