"""All dead letters at a glance: what was rejected, how often, and what became of it. Pure, and without a payload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from missedcall.dead_letters.letters import Letter


class Fate(StrEnum):
    """`came back`: it was replayed and rejected again, so another dead letter stands for it now."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    CAME_BACK = "came back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`attempt`: how many times the record was tried, this rejection included."""

    id: str
    service: str
    topic: str
    place: str
    reason: str
    at: datetime
    attempt: int
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one service rejected from one topic for one reason. `rows` are in the order of time."""

    service: str
    topic: str
    reason: str
    rows: Sequence[Row]

    @property
    def first(self) -> datetime:
        return self.rows[0].at

    @property
    def last(self) -> datetime:
        return self.rows[-1].at

    @property
    def attempts(self) -> int:
        return max(row.attempt for row in self.rows)

    def count(self, fate: Fate) -> int:
        return sum(row.fate is fate for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Counted and put nowhere: they broke the limit, so they stand in their topic, and their service before them."""

    service: str
    topic: str
    reason: str
    count: int


def row_of(letter: Letter) -> Row:
    return Row(
        id=letter.id,
        service=letter.service,
        topic=letter.record.topic,
        place=letter.record.place,
        reason=letter.record.reason,
        at=letter.event.time,
        attempt=letter.attempt,
        fate=Fate.WAITING,
    )


def with_fate(row: Row, *, replayed: Collection[str], came_back: Collection[str]) -> Row:
    """That it came back is known also where the replay was not remembered, by what the later letter says."""
    if row.id in came_back:
        return replace(row, fate=Fate.CAME_BACK)
    return replace(row, fate=Fate.REPLAYED) if row.id in replayed else row


def grouped(rows: Iterable[Row]) -> list[Group]:
    """By service and topic; within them, what happened last comes first."""
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.at):
        found[row.service, row.topic, row.reason].append(row)
    groups = [Group(service=s, topic=t, reason=r, rows=rows) for (s, t, r), rows in found.items()]
    return sorted(groups, key=lambda group: (group.service, group.topic, -group.last.timestamp()))
