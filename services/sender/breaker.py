"""When an account is left alone, and how it is found out that it is well again: by one text, ahead of all others.

    closed -> open        it was refused as a whole, asks for patience, or left too many POSTs in a row unanswered
    open -> half open     its rest is over: one text is let through, the probe
    half open -> closed   the probe was answered        half open -> open   it was not, and the rest is longer

Each text that is posted to where nobody answers becomes unsure: so a dead region must not be fed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique

# 2 to the power of it is beyond any cap; more would only be arithmetic with large numbers.
_DOUBLINGS = 16


@unique
class Why(StrEnum):
    """Why an account is left alone. Only the first is nobody's trouble."""

    ASKED = "asked"
    """Twilio said how long to wait: 429 with Retry-After."""
    UNANSWERED = "unanswered"
    NO_TOKEN = "no_token"  # noqa: S105 - a reason
    CREDENTIALS = "credentials"
    SUSPENDED = "suspended"
    DAILY_CAP = "daily_cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """`silences`: so many POSTs in a row without an answer; `rest` is then doubled with each probe up to `cap`."""

    silences: int
    rest: float
    cap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Times are monotonic seconds. Closed where there is no `why`.

    `silent` counts POSTs in a row without an answer, `probe` is when the text that is out as a probe was admitted.
    """

    why: Why | None = None
    until: float = 0
    silent: int = 0
    probe: float | None = None

    def shut(self, at: float) -> bool:
        """Whether nothing is let through now."""
        return self.why is not None and (at < self.until or self.probe is not None)

    def admitted(self, at: float) -> Breaker:
        """A text was let through."""
        return replace(self, probe=at) if self.why else self

    def left(self, since: float) -> Breaker:
        """A text that was admitted then is out of hand, posted or not: if it was the probe, there may be another."""
        return replace(self, probe=None) if since == self.probe else self

    def answered(self, *, since: float) -> Breaker:
        """While it is open, only the probe can show that it is well: the others were posted before."""
        return self if self.why and since != self.probe else Breaker()

    def unanswered(self, *, since: float, at: float, bears: Tolerance) -> Breaker:
        if self.why and since != self.probe:
            return self
        silent = self.silent + 1
        if self.why is None and silent < bears.silences:
            return replace(self, silent=silent)
        doublings = min(max(0, silent - bears.silences), _DOUBLINGS)
        rest = min(bears.cap, bears.rest * 2**doublings)
        return replace(self, why=Why.UNANSWERED, until=max(self.until, at + rest), silent=silent)

    def refused(self, why: Why, *, until: float) -> Breaker:
        """As a whole, or for a time that Twilio said; a shorter rest does not end a longer one."""
        return replace(self, why=why, until=max(self.until, until))
