"""A line of the table: one thing measured in several runs, beside its baseline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any

from bench.figures import Spread, ratios


@unique
class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`figures` and `beside` hold one figure a round, those of one round in the same place.

    `target` bounds the ratio where there is a baseline, and the figure itself where there is none; from which side
    follows from `better`. Nobody fails by it: on a machine that others use as well it may be missed by chance.
    """

    name: str
    unit: str
    figures: tuple[float, ...]
    better: Better = Better.HIGHER
    baseline: str = ""
    beside: tuple[float, ...] = ()
    target: float | None = None

    @property
    def spread(self) -> Spread:
        return Spread.of(self.figures)

    @property
    def ratio(self) -> Spread | None:
        found = ratios(self.figures, self.beside) if self.beside else ()
        return Spread.of(found) if found else None

    @property
    def reached(self) -> bool | None:
        """None where nothing was aimed at."""
        if self.target is None:
            return None
        judged = (self.ratio or self.spread).middle
        return judged >= self.target if self.better is Better.HIGHER else judged <= self.target

    def row(self) -> dict[str, Any]:
        """As it is written down."""
        told: dict[str, Any] = {
            "name": self.name,
            "unit": self.unit,
            "better": self.better.value,
            "runs": list(self.figures),
        }
        if self.beside:
            told |= {"baseline": self.baseline, "baseline_runs": list(self.beside)}
            told |= {"ratio": self.ratio.middle if self.ratio else None}
        return told | {"target": self.target, "reached": self.reached}
