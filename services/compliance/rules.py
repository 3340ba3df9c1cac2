"""May the caller of a missed call be texted, now, with these words? The first rule that objects decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.businesses import BusinessChanged
from schemas.calls import CallDecided, Verdict
from schemas.consents import Scope, ScopeKind
from schemas.identity import CallerKind
from schemas.reasons import Reason
from schemas.texts import Screening, Words
from schemas.words import NoWords, words_of
from services.compliance.entitlement import not_entitled
from services.compliance.state import Conversation, Person, Standing

_EVERYONE: Final = Scope(kind=ScopeKind.EVERYONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The operator's own limits, for all businesses alike."""

    valid_for: timedelta
    unreachable_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a screening looks at; `sender_id` is the id of the number that was called."""

    call: CallDecided
    business: BusinessChanged | None
    person: Person
    conversation: Conversation
    sender_id: str
    policy: Policy
    now: datetime

    @property
    def expires_at(self) -> datetime:
        """From the call's end: neither an outage nor a replay may text people hours late."""
        return self.call.ended_at + self.policy.valid_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is said of a text; the words only of one that is permitted."""

    screening: Screening
    reason: Reason
    words: Words | None = None


def screen(case: Case) -> Outcome | None:
    """None where nothing is to be said: of a call that was not missed, or that was spoken of already."""
    if case.call.revision <= case.conversation.revision_of(case.call.call_sid):
        return None
    text = case.conversation.text_for(case.call.call_sid)
    if case.call.verdict in (Verdict.ANSWERED, Verdict.IGNORED) and text and text.standing is not Standing.CANCELLED:
        return Outcome(screening=Screening.CANCELLED, reason=_taken_back_because(case.call))
    # One call, one text: what was permitted once, or taken back, is never permitted anew.
    if case.call.verdict is not Verdict.MISSED or text:
        return None
    return _permission(case)


def _permission(case: Case) -> Outcome:
    business = case.business
    # The account is the tenant: a business of the same id under another one is nobody we know.
    if business is None or business.account_sid != case.call.account_sid:
        return Outcome(screening=Screening.BLOCKED, reason=Reason.BUSINESS_UNKNOWN)
    objection = (
        not_entitled(business.entitlement, case.now)
        or _not_textable(case.call)
        or _own_phone(case.call, business)
        or _opted_out(case)
        or _unreachable(case)
        or _too_late(case)
        or _cooling_down(case, business)
    )
    if objection:
        return Outcome(screening=Screening.BLOCKED, reason=objection)
    try:
        words = words_of(business.template, business=business.name, phone=next(iter(business.numbers), ""))
    except NoWords:
        return Outcome(screening=Screening.BLOCKED, reason=Reason.NO_WORDS)
    return Outcome(screening=Screening.PERMITTED, reason=Reason.PERMITTED, words=words)


def _not_textable(call: CallDecided) -> Reason | None:
    if call.caller_kind is CallerKind.WITHHELD:
        return Reason.CALLER_WITHHELD
    textable = call.caller_kind is CallerKind.NUMBER and call.caller and call.person_id
    return None if textable else Reason.CALLER_NOT_TEXTABLE


def _own_phone(call: CallDecided, business: BusinessChanged) -> Reason | None:
    """Staff who call in from a phone that we ring would be told that they missed themselves."""
    return Reason.OWN_NUMBER if call.caller in {call.called, *business.numbers, *business.forward_to} else None


def _opted_out(case: Case) -> Reason | None:
    if not case.person.wishes:
        return None
    number = Scope(kind=ScopeKind.NUMBER, name=case.sender_id)
    business = Scope(kind=ScopeKind.BUSINESS, name=case.call.business_id)
    return Reason.OPTED_OUT if case.person.opted_out([number, business, _EVERYONE]) else None


def _unreachable(case: Case) -> Reason | None:
    memory = case.person.unreachable
    return Reason.UNREACHABLE if memory and case.now < memory.heard_at + case.policy.unreachable_for else None


def _too_late(case: Case) -> Reason | None:
    return Reason.TOO_LATE if case.now > case.expires_at else None


def _cooling_down(case: Case, business: BusinessChanged) -> Reason | None:
    texted_at = case.conversation.texted_at()
    cooldown = timedelta(minutes=business.cooldown_minutes)
    return Reason.COOLDOWN if texted_at and case.now < texted_at + cooldown else None


def _taken_back_because(call: CallDecided) -> Reason:
    """Somebody answered; or it was no call to the business at all, for the reason that the decision gives."""
    return Reason.ANSWERED_AFTER_ALL if call.verdict is Verdict.ANSWERED else call.reason
