"""Which dead letters are meant. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from missedcall.dead_letters.letters import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """None takes all. `reason` is the whole of it, as the list shows it."""

    ids: Collection[str] | None = None
    topic: str | None = None
    reason: str | None = None
    since: datetime | None = None

    def takes(self, letter: Letter) -> bool:
        record = letter.record
        named = self.ids is None or letter.id in self.ids
        return named and self.fits(topic=record.topic, reason=record.reason, at=letter.event.time)

    def fits(self, *, topic: str, reason: str, at: datetime) -> bool:
        late_enough = self.since is None or at >= self.since
        return self.topic in (None, topic) and self.reason in (None, reason) and late_enough
