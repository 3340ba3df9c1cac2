"""How many POSTs at once one account bears: found by trying, and never known for good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Additive increase, multiplicative decrease. Times are monotonic seconds.

    A window is as many answers in time as POSTs are allowed at once. What began before the last cut says nothing of
    the level since: else one burst of refusals, all of the same moment, would cut it once each.
    """

    ceiling: int
    at_once: int
    well: int = 0
    cut_at: float = -inf

    @classmethod
    def at_its_ceiling(cls, ceiling: int) -> Level:
        """Where an account begins, of which nothing is known."""
        return cls(ceiling=ceiling, at_once=ceiling)

    def answered(self, *, since: float) -> Level:
        """In time, to a POST that was begun then: one more at once after each window of these."""
        if since < self.cut_at or self.at_once == self.ceiling:
            return self
        if self.well + 1 < self.at_once:
            return replace(self, well=self.well + 1)
        return replace(self, at_once=self.at_once + 1, well=0)

    def slowed(self, *, since: float, at: float) -> Level:
        """Asked to slow down, or not answered at all: half, and one at least."""
        if since < self.cut_at:
            return self
        return replace(self, at_once=max(1, self.at_once // 2), well=0, cut_at=at)
