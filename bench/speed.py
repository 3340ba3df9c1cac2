"""How fast, and at which cost: the rate of a run, and the CPU that its process took for each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from bench.lines import Better, Line
from bench.programs import Programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """`cpu_us`: microseconds each, all threads. Others on the machine slow the rate down, and hardly change this."""

    rate: float
    cpu_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Started when the work may begin."""

    programs: Programs
    began: float
    spent: float

    @classmethod
    def started(cls, programs: Programs) -> Self:
        return cls(programs=programs, began=time.monotonic(), spent=programs.cpu_seconds)

    def stopped(self, count: int) -> Speed:
        seconds = time.monotonic() - self.began
        return Speed(rate=count / seconds, cpu_us=(self.programs.cpu_seconds - self.spent) * 1e6 / count)


def compared(
    name: str, each: str, ours: Sequence[Speed], beside: Sequence[Speed], *, baseline: str, target: float | None = None
) -> list[Line]:
    """`each`: what is counted, such as record."""
    rates = Line(
        name=name,
        unit=f"{each}s/s",
        figures=tuple(run.rate for run in ours),
        baseline=baseline,
        beside=tuple(run.rate for run in beside),
        target=target,
    )
    costs = Line(
        name=name,
        unit=f"CPU µs/{each}",
        figures=tuple(run.cpu_us for run in ours),
        better=Better.LOWER,
        baseline=baseline,
        beside=tuple(run.cpu_us for run in beside),
    )
    return [rates, costs]
