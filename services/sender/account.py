"""What each answer of Twilio's says of the account that posted, besides of the text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from services.sender.breaker import Breaker, Tolerance, Why
from services.sender.errors import Answer, Class, Created, Denied, NoAnswer, NotConnected, NoToken, meaning_of
from services.sender.level import Level
from services.sender.rules import rest_asked_for

_REFUSALS: Final[Mapping[int, Why]] = MappingProxyType(
    {20003: Why.CREDENTIALS, 30002: Why.SUSPENDED, 63038: Why.DAILY_CAP}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Times are monotonic seconds; `since` is when the text that is spoken of was admitted."""

    level: Level
    breaker: Breaker = field(default_factory=Breaker)
    in_flight: int = 0

    def closed(self, at: float) -> bool:
        """A probe, too, waits for a slot: where all are taken by what is not answered, nothing is well yet."""
        return self.in_flight >= self.level.at_once or self.breaker.shut(at)

    def admitted(self, at: float) -> Account:
        return replace(self, in_flight=self.in_flight + 1, breaker=self.breaker.admitted(at))

    def left(self, since: float) -> Account:
        return replace(self, in_flight=self.in_flight - 1, breaker=self.breaker.left(since))

    def heard(self, answer: Answer, *, since: float, at: float, halt: float, bears: Tolerance) -> Account:
        """`halt`: seconds to leave it alone where Twilio refuses it as a whole, unless it asks for more."""
        asked = rest_asked_for(answer).total_seconds()
        if why := _refused_as_a_whole(answer):
            return replace(self, breaker=self.breaker.refused(why, until=at + max(halt, asked)))
        level = self._level(answer, since=since, at=at)
        breaker = self._breaker(answer, since=since, at=at, bears=bears)
        return replace(self, level=level, breaker=breaker.refused(Why.ASKED, until=at + asked) if asked else breaker)

    def refused(self, code: int | None, *, at: float, halt: float) -> Account:
        """A delivery failed with this code, which may say more of the account than of the text."""
        why = _REFUSALS.get(code or 0)
        return replace(self, breaker=self.breaker.refused(why, until=at + halt)) if why else self

    def _level(self, answer: Answer, *, since: float, at: float) -> Level:
        if isinstance(answer, Created) or meaning_of(answer).of is Class.PERMANENT:
            return self.level.answered(since=since)
        return self.level.slowed(since=since, at=at)

    def _breaker(self, answer: Answer, *, since: float, at: float, bears: Tolerance) -> Breaker:
        """A refusal of one text is an answer as good as any."""
        if _is_no_answer(answer):
            return self.breaker.unanswered(since=since, at=at, bears=bears)
        return self.breaker.answered(since=since)


def _refused_as_a_whole(answer: Answer) -> Why | None:
    match answer:
        case NoToken():
            return Why.NO_TOKEN
        case Denied(code=code) if meaning_of(answer).of is Class.HALT:
            return _REFUSALS.get(code or 0, Why.CREDENTIALS)
        case _:
            return None


def _is_no_answer(answer: Answer) -> bool:
    """A 5xx is none: it does not say whether the text was taken."""
    match answer:
        case NoAnswer() | NotConnected():
            return True
        case Denied():
            return meaning_of(answer).of is Class.UNSURE
        case _:
            return False
