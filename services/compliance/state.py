"""What is remembered: of a person everywhere, and of one conversation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum, unique
from typing import Final, Self

from pydantic import AwareDatetime

from runtime.events import Fact
from schemas.consents import Evidence, Scope, Wish
from schemas.texts import TextState

# Of one conversation: enough to know a decision or a text again when it comes back, however often somebody redials.
_CALLS_KEPT: Final = 64
_TEXTS_KEPT: Final = 16


class StandingWish(Fact):
    """What holds in one scope, and the newest evidence for it."""

    scope: Scope
    wish: Wish
    version: int
    evidence: Evidence


class Unreachable(Fact):
    """Twilio or the carrier said that texts cannot reach the number. Numbers are ported: it is forgotten in time."""

    error_code: int
    heard_at: AwareDatetime


class Person(Fact):
    """What one person asked for, and whether texts reach them."""

    wishes: tuple[StandingWish, ...] = ()
    unreachable: Unreachable | None = None

    def wish(self, scope: Scope) -> StandingWish | None:
        return next((standing for standing in self.wishes if standing.scope == scope), None)

    def wishing(self, wish: StandingWish) -> Self:
        others = tuple(standing for standing in self.wishes if standing.scope != wish.scope)
        return self.model_copy(update={"wishes": (*others, wish)})

    def opted_out(self, scopes: Iterable[Scope]) -> bool:
        return any(w.wish is Wish.OPTED_OUT for w in map(self.wish, scopes) if w)


@unique
class Standing(StrEnum):
    """Where a text stands, in the order in which news replace each other: whichever comes first, the later one stays.

    What the sender reports comes after `cancelled`: it may have posted the text before it heard of that.
    """

    PENDING = "pending"
    CANCELLED = "cancelled"
    UNSURE = TextState.UNSURE
    PARKED = TextState.PARKED
    ACCEPTED = TextState.ACCEPTED
    SENT = TextState.SENT
    FAILED = TextState.FAILED
    UNDELIVERED = TextState.UNDELIVERED
    DELIVERED = TextState.DELIVERED

    @property
    def reached_nobody(self) -> bool:
        """Everything else has or may have reached the caller, and holds the cooldown."""
        return self in {Standing.CANCELLED, Standing.FAILED, Standing.UNDELIVERED}


_ORDER: Final = tuple(Standing)


class Texted(Fact):
    """A text that was permitted, for which call and when."""

    call_sid: str
    at: AwareDatetime
    standing: Standing = Standing.PENDING


class JudgedCall(Fact):
    """A decision that was taken in, so that the same or an older one says nothing more."""

    call_sid: str
    revision: int


class Conversation(Fact):
    """What was texted lately, which calls were judged, and when the caller last wrote; the newest stand last."""

    texts: tuple[Texted, ...] = ()
    calls: tuple[JudgedCall, ...] = ()
    heard_at: AwareDatetime | None = None

    def text_for(self, call_sid: str) -> Texted | None:
        return next((text for text in self.texts if text.call_sid == call_sid), None)

    def revision_of(self, call_sid: str) -> int:
        """0 where nothing was decided of the call yet."""
        return max((call.revision for call in self.calls if call.call_sid == call_sid), default=0)

    def texted_at(self) -> datetime | None:
        """When the newest text was permitted that has, or may have, reached the caller."""
        return max((text.at for text in self.texts if not text.standing.reached_nobody), default=None)

    def judged(self, call_sid: str, revision: int) -> Self:
        """An older decision that comes late does not make the newer one forgotten."""
        revision = max(revision, self.revision_of(call_sid))
        others = tuple(call for call in self.calls if call.call_sid != call_sid)
        calls = (*others, JudgedCall(call_sid=call_sid, revision=revision))
        return self.model_copy(update={"calls": calls[-_CALLS_KEPT:]})

    def permitted(self, call_sid: str, at: datetime) -> Self:
        texts = (*self.texts, Texted(call_sid=call_sid, at=at))
        return self.model_copy(update={"texts": texts[-_TEXTS_KEPT:]})

    def moved(self, call_sid: str, standing: Standing) -> Self:
        """News of a text. What is behind the known standing changes nothing, nor does a text that nobody permitted."""
        texts = tuple(
            text.model_copy(update={"standing": max(text.standing, standing, key=_ORDER.index)})
            if text.call_sid == call_sid
            else text
            for text in self.texts
        )
        return self.model_copy(update={"texts": texts})

    def heard(self, at: datetime) -> Self:
        return self.model_copy(update={"heard_at": max(at, self.heard_at or at)})
