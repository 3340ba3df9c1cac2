"""Which stretch of time is read, in which pieces, and when again. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Shorter by a day than calls.ingested.v1 is kept: of older calls nobody could say whether they were ingested.
REACH: Final = timedelta(days=6)
# What is read before progress is written down, and again where a process died in the middle.
_PIECE: Final = timedelta(minutes=15)
# A Dial's legs start after their call: so much later they are still looked for.
_LEGS_START_WITHIN: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Window:
    """Calls that started from `since` on and before `until`."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    @property
    def with_legs(self) -> Window:
        return Window(self.since, self.until + _LEGS_START_WITHIN)


def pieces(window: Window, *, size: timedelta = _PIECE) -> Iterator[Window]:
    """The newest first: their texts still have time."""
    until = window.until
    while until > window.since:
        since = max(window.since, until - size)
        yield Window(since, until)
        until = since
