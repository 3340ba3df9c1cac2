"""Calls as Twilio lists them: every leg is an entry of its own, and a Dial's legs name the one they belong to. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

FINAL: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One entry of the list. `ended_at` is Twilio's own word, or the best that can be made of it."""

    sid: str
    parent_sid: str | None
    account_sid: str
    caller: str
    called: str
    direction: str
    status: str
    started_at: datetime
    ended_at: datetime
    seconds: int | None = None
    forwarded_from: str | None = None
    stir: str | None = None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCall:
    """A call from outside, and the legs that were rung in it."""

    leg: Leg
    children: tuple[Leg, ...] = ()

    @property
    def is_over(self) -> bool:
        return all(leg.is_final for leg in (self.leg, *self.children))

    @property
    def ended_at(self) -> datetime:
        return max(leg.ended_at for leg in (self.leg, *self.children))


def calls_among(legs: Iterable[Leg]) -> list[ListedCall]:
    """In whatever order the legs come. A leg that was listed on two pages counts once."""
    children: dict[str, dict[str, Leg]] = defaultdict(dict)
    callers: dict[str, Leg] = {}
    for leg in legs:
        if leg.parent_sid:
            children[leg.parent_sid][leg.sid] = leg
        elif leg.direction == "inbound":
            callers[leg.sid] = leg
    return [ListedCall(leg=leg, children=tuple(children[leg.sid].values())) for leg in callers.values()]
