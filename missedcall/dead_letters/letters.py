"""A dead letter as an operator looks at it: which attempt it was, whether it can be read by now, what is replayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from runtime.dead_letters import DeadLetter, reason_of
from runtime.due import due_topic
from runtime.events import Event
from schemas.catalogue import TOPICS

_TOPICS: Final = {topic.name: topic for topic in TOPICS}

# What a replay adds to a record. Consumers never look at headers, so an event stays the same event; should it be
# rejected again, the next dead letter holds them, and so the loop can be seen.
_FROM: Final = "replayed_from"
_AT: Final = "replayed_at"
_ATTEMPT: Final = "attempt"
_OURS: Final = (_FROM, _AT, _ATTEMPT)

Header = tuple[str, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    service: str
    event: Event[DeadLetter]

    @property
    def id(self) -> str:
        return self.event.id

    @property
    def record(self) -> DeadLetter:
        return self.event.data

    @property
    def attempt(self) -> int:
        """1 where it was never replayed before."""
        said = self._said(_ATTEMPT)
        return int(said) if said and said.isdecimal() else 1

    @property
    def replayed_from(self) -> str | None:
        """The dead letter whose replay came back as this one."""
        return self._said(_FROM)

    @property
    def problem(self) -> str | None:
        """Why this release, too, could not read the record; None where it can. Its handler may refuse it still."""
        topic = _TOPICS.get(self.record.topic, due_topic(self.service))
        try:
            topic.parse(self.record.value_bytes or b"")
        except ValueError as error:
            return reason_of(error)
        return None

    def _said(self, name: str) -> str | None:
        values = [value for header, value in self.record.header_bytes if header == name and value is not None]
        return values[-1].decode(errors="replace") if values else None


def headers_of_replay(letter: Letter, *, now: datetime) -> list[Header]:
    """The record's own, and which attempt this is: those of the attempt before are replaced."""
    own = [header for header in letter.record.header_bytes if header[0] not in _OURS]
    ours = {_FROM: letter.id, _AT: now.isoformat(), _ATTEMPT: str(letter.attempt + 1)}
    return [*own, *((name, value.encode()) for name, value in ours.items())]
