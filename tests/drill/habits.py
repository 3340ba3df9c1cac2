"""What people do besides calling: some write, and some of those want no texts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

STOP: Final = "STOP"
START: Final = "START"
_WORDS: Final = "Are you open on Sunday?"


class Habit(StrEnum):
    CALLS = "calls"
    CHATS = "writes some words, then calls"
    STOPS = "writes STOP, then calls"
    STOPS_WHILE_IT_RINGS = "calls, and writes STOP while it rings"
    RETURNS = "writes STOP, then START, then calls"

    @property
    def before(self) -> tuple[str, ...]:
        """What they write before they call, each once the one before it is answered."""
        return _BEFORE.get(self, ())


_BEFORE: Final = {Habit.CHATS: (_WORDS,), Habit.STOPS: (STOP,), Habit.RETURNS: (STOP, START)}

# Seven in turn; one call of six is answered: everybody meets both.
IN_TURN: Final = (
    Habit.CALLS,
    Habit.STOPS,
    Habit.CALLS,
    Habit.RETURNS,
    Habit.CALLS,
    Habit.STOPS_WHILE_IT_RINGS,
    Habit.CHATS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """`taken`: acknowledged with 2xx, after so many `seconds`; else Twilio gave up, and it is heard later or never."""

    sid: str
    body: str
    taken: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """`number`: of the business. `in_time`: all that was written was answered before the call was over."""

    sid: str
    caller: str
    number: str
    wrote: tuple[Written, ...]
    in_time: bool

    @property
    def stop(self) -> Written | None:
        """The STOP that was acknowledged."""
        return self._taken(STOP)

    @property
    def not_taken(self) -> bool:
        """A STOP that was not acknowledged."""
        return self._wrote(STOP) and self.stop is None

    @property
    def took_it_back(self) -> bool:
        return self._taken(START) is not None

    @property
    def wants_none(self) -> bool:
        """STOP was acknowledged before the call was over, and is the last word: a text now is a wrong."""
        return self.stop is not None and self.in_time and not self._wrote(START)

    @property
    def wants_one(self) -> bool:
        """Of all others nothing can be asked: their STOP came with the text, or Twilio could not deliver it."""
        return not self._wrote(STOP) or self.took_it_back

    def _wrote(self, body: str) -> bool:
        return any(written.body == body for written in self.wrote)

    def _taken(self, body: str) -> Written | None:
        return next((written for written in self.wrote if written.body == body and written.taken), None)
