"""What is made of the figures of several runs: median, spread, percentiles, and latencies that hide nothing. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

PERCENTILES: Final = (50.0, 99.0, 99.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Several runs of one thing: the middle one, and how far they lie apart. A mean would hide the odd one out."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        if not figures:
            raise ValueError("there is no spread of no figures: run it at least once")
        return cls(middle=median(figures), least=min(figures), most=max(figures))


def ratios(ours: Sequence[float], others: Sequence[float]) -> tuple[float, ...]:
    """Round by round: runs of one round met the same machine, those of different rounds may not have."""
    return tuple(one / other for one, other in zip(ours, others, strict=True) if other)


def percentile(figures: Sequence[float], percent: float) -> float:
    """The nearest rank: a figure that was really measured. Of 100 figures, the 99.9th percentile is the largest."""
    if not figures:
        raise ValueError("there is no percentile of no figures: nothing was measured")
    ranked = sorted(figures)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]


def latencies(intended: Mapping[str, float], arrived: Mapping[str, float], *, until: float) -> list[float]:
    """Seconds from when each should have begun, whenever it really did: a load generator that is held up by what it
    measures would otherwise leave out the worst (coordinated omission).

    What never arrived has waited until the end, at least.
    """
    return [arrived.get(name, until) - begun for name, begun in intended.items()]
