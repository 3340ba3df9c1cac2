"""The story of a call, told from the records that stand in the ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from runtime.events import Event
from schemas.catalogue import TOPICS
from services.audit.entries import Entry
from services.audit.facts import facts
from services.audit.sentences import sentence

_TOPICS: Final[Mapping[str, Any]] = {topic.name: topic for topic in TOPICS}
_FLOW: Final = {topic.name: place for place, topic in enumerate(TOPICS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event of the story. `seconds` since its first event, `waited` since the one before; `facts`: what the
    sentence tells, as fields; `record`: where it stands in Kafka.
    """

    seconds: float
    waited: float
    time: datetime
    topic: str
    sentence: str
    facts: Mapping[str, Any]
    event_id: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    event: Event[Any]
    entry: Entry


def story(entries: Iterable[Entry]) -> list[Line]:
    """In the order of time, where equal in the order of the flow; what was published again is told once."""
    readable = [entry for entry in entries if "problem" not in entry]
    told = sorted((_Told(event=_TOPICS[e["topic"]].parse(e["value"]), entry=e) for e in readable), key=_order)
    once: dict[str, _Told] = {}
    for one in told:
        once.setdefault(one.event.id, one)
    return _lines(list(once.values()))


def _order(told: _Told) -> tuple[datetime, int, int, int]:
    entry = told.entry
    return told.event.time, _FLOW[entry["topic"]], entry["partition"], entry["offset"]


def _lines(told: Sequence[_Told]) -> list[Line]:
    return [
        Line(
            seconds=(one.event.time - told[0].event.time).total_seconds(),
            waited=(one.event.time - before.event.time).total_seconds(),
            time=one.event.time,
            topic=one.entry["topic"],
            sentence=sentence(one.event),
            facts=facts(one.event),
            event_id=one.event.id,
            record=one.entry["_id"],
        )
        for before, one in pairwise([*told[:1], *told])
    ]
