"""One call leg as Twilio keeps it: the caller's, or one that a Dial rang."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.keep import Kept
from simulator.webhooks.letters import Receipt


@dataclass(kw_only=True, slots=True)
class Leg:
    sid: str
    account_sid: str
    from_: str
    to: str
    direction: str
    created: datetime
    updated: datetime
    status: str
    parent_sid: str | None = None
    forwarded_from: str | None = None
    answered_by: str | None = None
    ended: datetime | None = None
    duration: int | None = None
    """Call seconds from the answer to the end; None unless it was answered and is over."""
    sequence: int = 0
    """Of the next status callback."""

    def end(self, status: str, at: datetime, duration: int | None = None) -> None:
        self.status, self.duration = status, duration
        self.ended = self.updated = at

    def next_sequence(self) -> str:
        self.sequence += 1
        return str(self.sequence - 1)


@dataclass(kw_only=True, slots=True)
class Journal:
    """What happened in one call, for whoever asks the control API."""

    leg: Leg
    children: list[Leg] = field(default_factory=list)
    obeyed: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    webhooks: list[Receipt] = field(default_factory=list)
    done: bool = False
    """The last webhook of the call is delivered, or given up."""

    def described(self) -> dict[str, Any]:
        return {
            "call_sid": self.leg.sid,
            "status": self.leg.status,
            "duration": self.leg.duration,
            "done": self.done,
            "obeyed": self.obeyed,
            "errors": self.errors,
            "webhooks": [receipt.described() for receipt in self.webhooks],
            "legs": [{"call_sid": leg.sid, "status": leg.status, "duration": leg.duration} for leg in self.children],
        }


_LEGS_A_CALL = 3
"""Legs remembered for each call remembered."""


class CallBook:
    """All calls up to a limit, and their legs, which Twilio lists as calls of their own."""

    def __init__(self, limit: int) -> None:
        self.journals: Kept[Journal] = Kept(limit)
        self.legs: Kept[Leg] = Kept(limit * _LEGS_A_CALL)

    def open(self, leg: Leg) -> Journal:
        journal = Journal(leg=leg)
        self.journals.add(leg.sid, journal)
        self.legs.add(leg.sid, leg)
        return journal

    def add_child(self, journal: Journal, leg: Leg) -> None:
        journal.children.append(leg)
        self.legs.add(leg.sid, leg)

    def newest_first(self, parent_sid: str | None = None) -> Iterator[Leg]:
        if parent_sid is None:
            return self.legs.newest_first()
        journal = self.journals.get(parent_sid)
        return reversed(journal.children if journal else [])

    def clear(self) -> None:
        self.journals.clear()
        self.legs.clear()
