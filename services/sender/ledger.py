"""The ledger's state machine: what is known of one text's send, and what each further fact makes of it.

    intent -> posting -> accepted | failed | unsure     unsure -> accepted | failed | parked
    posting -> intent     only by whoever holds the claim, and only where nothing can have been sent
    intent, posting, unsure, parked -> accepted     by evidence that Twilio has it, at any time
    intent -> failed | cancelled     expired, or taken back, before anybody posted

It may never: leave accepted, failed or cancelled; return to intent from unsure or parked, since whoever may have sent
a text must not send it again; believe a claim holder whose claim is no longer the one in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

from pydantic import AwareDatetime

from runtime.events import Fact
from schemas.reasons import Reason
from services.sender.delivery import Delivery, further
from services.sender.texts import Text


@unique
class State(StrEnum):
    """Every text is in exactly one of these, at every moment."""

    INTENT = "intent"
    """Nothing was sent, and it shall be."""
    POSTING = "posting"
    """A sender holds it under a claim: it may have been sent."""
    ACCEPTED = "accepted"
    FAILED = "failed"
    """Known not to have been sent."""
    UNSURE = "unsure"
    """It may have been sent. Only evidence settles it, never another POST."""
    PARKED = "parked"
    """No evidence came in time: a person may rule."""
    CANCELLED = "cancelled"
    """Compliance took it back before anybody posted it."""


FINAL: Final = frozenset({State.FAILED, State.CANCELLED})


class Claim(Fact):
    """Who has the text in hand, and until when the others leave it alone."""

    token: str
    until: AwareDatetime


class Entry(Fact):
    """One text in the ledger. `due_at`: when somebody must look again, to post it or because the lease is over."""

    text: Text
    state: State = State.INTENT
    reason: Reason | None = None
    claim: Claim | None = None
    attempts: int = 0
    due_at: AwareDatetime | None = None
    withdrawn: bool = False
    message_sid: str | None = None
    error_code: int | None = None
    delivery: Delivery | None = None

    def becoming(self, state: State, **changes: Any) -> Entry:
        """In another state nothing is due unless it is said; all else stays as it was."""
        return self.model_copy(update={"state": state, "due_at": None, **changes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A sender takes it in hand, to post it once."""

    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Twilio answered the POST with a message's SID."""

    message_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It was not sent and shall not be: Twilio said no, or our last look did."""

    token: str
    reason: Reason
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """Nothing can have been sent, and it may be tried again. `reason` is what it fails with if that is too late."""

    token: str
    reason: Reason
    again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The POST may have reached Twilio, and no answer came."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLost:
    """Seen by somebody else at this time: the claim's holder has not reported."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Seen at this time: a text that nobody has in hand may be past its time."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Compliance takes it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A status callback whose URL carries our text id: Twilio has the message, whatever else we know."""

    message_sid: str
    delivery: Delivery
    error_code: int | None = None


Evidence = Claimed | Accepted | Refused | Unsent | Unanswered | LeaseLost | Overdue | Withdrawn | Receipt


def take(entry: Entry, fact: Evidence) -> Entry:
    """What is known afterwards. A fact that comes again, too late or from a lost claim gives the same entry."""
    if entry.state in FINAL:
        return entry
    match fact:
        case Accepted() | Receipt():
            return _received(entry, fact) if isinstance(fact, Receipt) else _accepted(entry, fact.message_sid)
        case Refused() | Unsent() | Unanswered():
            return _reported(entry, fact) if _holds(entry, fact.token) else entry
        case Claimed() | Overdue():
            return _of_an_intent(entry, fact) if entry.state is State.INTENT else entry
        case LeaseLost():
            return _lease_lost(entry, fact)
        case Withdrawn():
            return _withdrawn(entry)


def contradicts(entry: Entry, fact: Evidence) -> bool:
    """Whether it says that Twilio has what we know not to have been sent, or has it under another SID."""
    if not isinstance(fact, Accepted | Receipt):
        return False
    return entry.state in FINAL or entry.message_sid not in (None, fact.message_sid)


def _accepted(entry: Entry, message_sid: str) -> Entry:
    if entry.state is State.ACCEPTED:
        return entry
    return entry.becoming(State.ACCEPTED, reason=Reason.ACCEPTED, message_sid=message_sid, claim=None)


def _received(entry: Entry, receipt: Receipt) -> Entry:
    """One text has one SID: another's callback is not about it. An error code, once known, stays."""
    accepted = _accepted(entry, receipt.message_sid)
    if accepted.message_sid != receipt.message_sid:
        return accepted
    code = accepted.error_code if accepted.error_code is not None else receipt.error_code
    return accepted.becoming(
        State.ACCEPTED, delivery=further(accepted.delivery, receipt.delivery), error_code=code, due_at=accepted.due_at
    )


def _holds(entry: Entry, token: str) -> bool:
    """A report that comes twice must not end the claim of whoever has the text in hand by now."""
    return entry.state in (State.POSTING, State.UNSURE) and entry.claim is not None and entry.claim.token == token


def _reported(entry: Entry, fact: Refused | Unsent | Unanswered) -> Entry:
    """By the only one who can have sent it: so what it knows settles also what had become unsure meanwhile."""
    match fact:
        case Refused():
            reason = _why(entry, fact.reason)
            return entry.becoming(State.FAILED, reason=reason, error_code=fact.error_code, claim=None)
        case Unsent():
            return _unsent(entry, fact)
        case Unanswered() if entry.state is State.POSTING:
            return entry.becoming(State.UNSURE, reason=Reason.NO_ANSWER_FROM_TWILIO)
    return entry


def _unsent(entry: Entry, fact: Unsent) -> Entry:
    reason = _why(entry, fact.reason)
    if entry.state is State.UNSURE:
        return entry.becoming(State.FAILED, reason=reason, claim=None)
    if entry.withdrawn:
        return entry.becoming(State.CANCELLED, claim=None)
    if fact.again_at >= entry.text.expires_at:
        return entry.becoming(State.FAILED, reason=reason, claim=None)
    return entry.becoming(State.INTENT, reason=reason, claim=None, due_at=fact.again_at)


def _why(entry: Entry, reason: Reason) -> Reason:
    """That its time ran out says less than what it had been waiting for."""
    return entry.reason if entry.reason and reason is Reason.EXPIRED else reason


def _of_an_intent(entry: Entry, fact: Claimed | Overdue) -> Entry:
    if isinstance(fact, Claimed):
        attempts = entry.attempts + 1
        return entry.becoming(State.POSTING, claim=fact.claim, attempts=attempts, due_at=fact.claim.until)
    if fact.at < entry.text.expires_at:
        return entry
    return entry.becoming(State.FAILED, reason=_why(entry, Reason.EXPIRED))


def _lease_lost(entry: Entry, fact: LeaseLost) -> Entry:
    """Whoever held it may have posted before it died: that is all that is known."""
    if entry.state is not State.POSTING or entry.claim is None or fact.at < entry.claim.until:
        return entry
    return entry.becoming(State.UNSURE, reason=Reason.CLAIM_LOST)


def _withdrawn(entry: Entry) -> Entry:
    """In somebody's hand it can only be remembered: it is then not tried a second time."""
    if entry.state is State.INTENT:
        return entry.becoming(State.CANCELLED)
    return entry.model_copy(update={"withdrawn": True}) if entry.state is State.POSTING else entry
