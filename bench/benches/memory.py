"""Resident memory of each service over minutes of load: it may be large once, and must not grow."""

from __future__ import annotations

from typing import Final

from bench.chain import running_chain
from bench.ground import Ground
from bench.lines import Better, Line
from bench.proc import resident_megabytes

_RATE: Final = 100
_SLICES: Final = 10
_AIMED_AT: Final = 150


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
    return [
        Line(
            name=name,
            unit="MB resident",
            figures=tuple(found[1:]),
            better=Better.LOWER,
            baseline="at first",
            beside=(found[0],) * (len(found) - 1),
        )
        for name, found in samples.items()
    ]
