"""The ledger's state machine: what is known of one text's send, and what each further fact makes of it.

    intent -> posting     claimed by a sender
    posting -> accepted | failed | unsure     by its answer, or by the end of the lease
    posting, unsure -> intent     only by whoever holds the claim, and only where nothing can have been sent
    intent, posting, unsure, parked -> accepted     by evidence that Twilio has it, at any time
    unsure, parked -> failed     by whoever holds the claim: nobody else can know that nothing was sent
    unsure -> parked     when no evidence came before the deadline
    parked -> accepted | failed     by a person's ruling
    intent -> failed | cancelled     expired, or taken back, before anybody posted

It may never: leave accepted, failed or cancelled; return to intent because nobody saw it sent, since what may have been
sent must not be sent again; believe a claim holder whose claim is no longer the one in force; take it as proof that
something was not seen. An accepted text stays the message that it was first said to be, unless Twilio never reported on
that one, denies it when asked, and has the one that it was said to be besides. And what no single entry can hold: one
message settles one text (`Ledger` sees to that).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from schemas.reasons import Reason
from services.sender.delivery import ENDS, further
from services.sender.entry import FINAL, POSSIBLY_SENT, Entry, State
from services.sender.evidence import (
    Accepted,
    Claimed,
    DeadlinePassed,
    Evidence,
    LeaseLost,
    Looked,
    Overdue,
    Receipt,
    Refused,
    Ruled,
    Unanswered,
    Unsent,
    Withdrawn,
    message_named,
)

_NOT_KNOWN: Final = frozenset({Reason.CLAIM_LOST, Reason.NO_ANSWER_FROM_TWILIO, Reason.NEVER_SEEN})


def take(entry: Entry, fact: Evidence) -> Entry:
    """What is known afterwards. A fact that comes again, too late or from a lost claim gives the same entry."""
    after = entry
    match fact:
        case _ if entry.state in FINAL:
            pass
        case Accepted(message_sid=message_sid):
            after = _accepted(entry, message_sid)
        case Receipt():
            after = _received(entry, fact)
        case Refused() | Unsent() | Unanswered() if _holds(entry, fact.token):
            after = _reported(entry, fact)
        case Claimed() | Overdue() if entry.state is State.INTENT:
            after = _of_an_intent(entry, fact)
        case LeaseLost() | DeadlinePassed():
            after = _unsettled(entry, fact)
        case Looked():
            after = _looked(entry, fact)
        case Ruled():
            after = _ruled(entry, fact)
        case Withdrawn():
            after = _withdrawn(entry)
    return after


def contradicts(entry: Entry, fact: Evidence) -> bool:
    """Whether it says that Twilio has what we know not to have been sent, or has it under another SID."""
    named = message_named(fact)
    if named is None or _renames(entry, fact):
        return False
    return entry.state in FINAL or entry.message_sid not in (None, named)


def _accepted(entry: Entry, message_sid: str) -> Entry:
    if entry.state is State.ACCEPTED:
        return _named_again(entry, message_sid)
    changes = {"message_sid": message_sid, "claim": None, "due_at": entry.claimed_at}
    return entry.becoming(State.ACCEPTED, reason=Reason.ACCEPTED, **changes)


def _named_again(entry: Entry, message_sid: str) -> Entry:
    """Another SID is only remembered, and only while nothing was ever reported of the one that it stands under."""
    if message_sid == entry.message_sid or entry.delivery is not None:
        return entry
    return entry.model_copy(update={"rival_sid": message_sid})


def _renames(entry: Entry, fact: Evidence) -> bool:
    """Whether Twilio denies the SID that the text stands under, and has the other one."""
    if not isinstance(fact, Receipt) or fact.instead_of is None or entry.state is not State.ACCEPTED:
        return False
    return entry.message_sid == fact.instead_of and entry.rival_sid == fact.message_sid and entry.delivery is None


def _received(entry: Entry, receipt: Receipt) -> Entry:
    """One text has one SID: another's callback is not about it. An error code, once known, stays."""
    if _renames(entry, receipt):
        entry = entry.model_copy(update={"message_sid": receipt.message_sid, "rival_sid": None})
    accepted = _accepted(entry, receipt.message_sid)
    if accepted.message_sid != receipt.message_sid:
        return accepted
    code = accepted.error_code if accepted.error_code is not None else receipt.error_code
    delivery = further(accepted.delivery, receipt.delivery)
    due_at = None if delivery in ENDS else accepted.due_at
    return accepted.becoming(State.ACCEPTED, delivery=delivery, error_code=code, due_at=due_at)


def _holds(entry: Entry, token: str) -> bool:
    """A report that comes twice must not end the claim of whoever has the text in hand by now."""
    return entry.state in POSSIBLY_SENT and entry.claim is not None and entry.claim.token == token


def _reported(entry: Entry, fact: Refused | Unsent | Unanswered) -> Entry:
    """By the only one who can have sent it: so what it knows settles also what had become unsure meanwhile.

    As where it slept past its lease right before the POST, and did not post any more.
    """
    match fact:
        case Refused():
            reason = _why(entry, fact.reason)
            return entry.becoming(State.FAILED, reason=reason, error_code=fact.error_code, claim=None)
        case Unsent():
            return _unsent(entry, fact)
        case Unanswered() if entry.state is State.POSTING:
            return _unsure(entry, Reason.NO_ANSWER_FROM_TWILIO)
    return entry


def _unsent(entry: Entry, fact: Unsent) -> Entry:
    reason = _why(entry, fact.reason)
    if entry.state is State.PARKED:
        return entry.becoming(State.FAILED, reason=reason, claim=None)
    if entry.withdrawn:
        return entry.becoming(State.CANCELLED, claim=None)
    if fact.again_at >= entry.text.expires_at:
        return entry.becoming(State.FAILED, reason=reason, claim=None)
    return entry.becoming(State.INTENT, reason=reason, claim=None, due_at=fact.again_at)


def _why(entry: Entry, reason: Reason) -> Reason:
    """That its time ran out says less than what it had been waiting for, but more than what is not true any more."""
    waited_for = entry.reason if entry.reason not in _NOT_KNOWN else None
    return waited_for if waited_for and reason is Reason.EXPIRED else reason


def _of_an_intent(entry: Entry, fact: Claimed | Overdue) -> Entry:
    if isinstance(fact, Claimed):
        attempts = entry.attempts + 1
        hold = {"claim": fact.claim, "claimed_at": fact.at, "attempts": attempts, "due_at": fact.claim.until}
        return entry.becoming(State.POSTING, **hold)
    if fact.at < entry.text.expires_at:
        return entry
    return entry.becoming(State.FAILED, reason=_why(entry, Reason.EXPIRED))


def _unsure(entry: Entry, reason: Reason) -> Entry:
    """Due at once; how long evidence is waited for before Twilio is asked is the asker's matter."""
    return entry.becoming(State.UNSURE, reason=reason, due_at=entry.claimed_at)


def _unsettled(entry: Entry, fact: LeaseLost | DeadlinePassed) -> Entry:
    """Whoever held it may have posted before it died: that is all that is known, and may be for good."""
    if entry.claim is None or entry.claimed_at is None:
        return entry
    match fact, entry.state:
        case LeaseLost(at=at), State.POSTING if at >= entry.claim.until:
            return _unsure(entry, Reason.CLAIM_LOST)
        case DeadlinePassed(), State.UNSURE if _seen_enough(entry.claimed_at, entry.due_at, fact):
            return entry.becoming(State.PARKED, reason=Reason.NEVER_SEEN)
    return entry


def _seen_enough(claimed_at: datetime, next_look: datetime | None, deadline: DeadlinePassed) -> bool:
    return claimed_at <= (deadline.claimed_by if next_look is None else deadline.given_up_by)


def _looked(entry: Entry, fact: Looked) -> Entry:
    """That nothing was seen proves nothing."""
    if entry.state is State.UNSURE:
        return entry.model_copy(update={"looks": max(entry.looks, fact.look), "due_at": fact.again_at})
    watched = entry.state is State.ACCEPTED and entry.due_at is not None
    return entry.model_copy(update={"due_at": fact.again_at}) if watched else entry


def _ruled(entry: Entry, fact: Ruled) -> Entry:
    """Only when everything else has had its time."""
    if entry.state is not State.PARKED:
        return entry
    if fact.message_sid is None:
        return entry.becoming(State.FAILED, reason=Reason.RULED, ruling=fact.ruling, claim=None)
    return _accepted(entry, fact.message_sid).model_copy(update={"reason": Reason.RULED, "ruling": fact.ruling})


def _withdrawn(entry: Entry) -> Entry:
    """In somebody's hand it can only be remembered: it is then not tried a second time."""
    if entry.state is State.INTENT:
        return entry.becoming(State.CANCELLED)
    in_hand = entry.state in (State.POSTING, State.UNSURE)
    return entry.model_copy(update={"withdrawn": True}) if in_hand else entry
