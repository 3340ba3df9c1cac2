"""One business, one caller, and what they say and do, as the tests of compliance need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.events import DataT, Event, Topic
from schemas.businesses import BusinessChanged, Entitlement, Mode, Status
from schemas.calls import CallDecided, CallFacts, Verdict
from schemas.consents import ConsentRequested, Evidence, Scope, ScopeKind, Source, Wish
from schemas.identity import CallerKind, Identities
from schemas.messages import MessageIngested
from schemas.reasons import Reason
from schemas.texts import Purpose, TextDispatched, TextState, text_id_of
from schemas.words import DEFAULT_TEMPLATE
from services.compliance.rules import Case, Policy
from services.compliance.state import Conversation, Person

KEY = "k" * 32
IDENTITIES = Identities(KEY.encode())
ACCOUNT = "AC" + "0" * 32
CALL = "CA" + "1" * 32
CALLER = "+14155550100"
NUMBER = "+14155550199"
PERSON = IDENTITIES.person(CALLER)
CONVERSATION = IDENTITIES.conversation("b1", CALLER)
ENDED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NOW = ENDED + timedelta(seconds=1)
POLICY = Policy(valid_for=timedelta(minutes=30), unreachable_for=timedelta(days=90))

THIS_NUMBER = Scope(kind=ScopeKind.NUMBER, name=IDENTITIES.number(NUMBER))
THIS_BUSINESS = Scope(kind=ScopeKind.BUSINESS, name="b1")
EVERYONE = Scope(kind=ScopeKind.EVERYONE)


def business(*, status: Status = Status.ACTIVE, trial_ends_at: datetime = ENDED, **other: Any) -> BusinessChanged:
    entitlement = Entitlement(
        status=status, plan="starter", trial_started_at=ENDED - timedelta(days=31), trial_ends_at=trial_ends_at
    )
    usual: dict[str, Any] = {
        "business_id": "b1",
        "version": 3,
        "name": "Acme",
        "account_sid": ACCOUNT,
        "numbers": (NUMBER,),
        "mode": Mode.FORWARD,
        "forward_to": ("+14155550111",),
        "template": DEFAULT_TEMPLATE,
        "cooldown_minutes": 60,
        "entitlement": entitlement,
    }
    return BusinessChanged(**usual | other)


def decided(**other: Any) -> CallDecided:
    usual: dict[str, Any] = {
        "call_sid": CALL,
        "revision": 1,
        "verdict": Verdict.MISSED,
        "reason": Reason.DIAL_NO_ANSWER,
        "business_id": "b1",
        "business_version": 2,
        "policy_version": "1",
        "account_sid": ACCOUNT,
        "conversation_id": CONVERSATION,
        "person_id": PERSON,
        "caller_kind": CallerKind.NUMBER,
        "caller": CALLER,
        "called": NUMBER,
        "ended_at": ENDED,
        "facts": CallFacts(),
    }
    return CallDecided(**usual | other)


def message(body: str, *, at: datetime = NOW, number: str = NUMBER, opt_out_type: str | None = None) -> MessageIngested:
    return MessageIngested(
        message_sid="SM" + "1" * 32,
        account_sid=ACCOUNT,
        business_id="b1",
        business_version=2,
        conversation_id=CONVERSATION,
        person_id=PERSON,
        author=CALLER,
        number=number,
        body=body,
        opt_out_type=opt_out_type,
        received_at=at,
        said={},
    )


def dispatched(state: TextState, *, error_code: int | None = None, **other: Any) -> TextDispatched:
    usual: dict[str, Any] = {
        "text_id": text_id_of(CALL, Purpose.MISSED_CALL),
        "purpose": Purpose.MISSED_CALL,
        "state": state,
        "reason": Reason.REFUSED if error_code else Reason.ACCEPTED,
        "call_sid": CALL,
        "business_id": "b1",
        "account_sid": ACCOUNT,
        "conversation_id": CONVERSATION,
        "person_id": PERSON,
        "sender_id": THIS_NUMBER.name,
        "error_code": error_code,
        "call_ended_at": ENDED,
    }
    return TextDispatched(**usual | other)


def requested(
    scope: Scope, wish: Wish = Wish.OPTED_OUT, *, at: datetime = NOW, number: str = CALLER
) -> ConsentRequested:
    evidence = Evidence(source=Source.OPERATOR, reference="ticket 7", heard_at=at)
    return ConsentRequested(number=number, scope=scope, wish=wish, evidence=evidence)


def event(topic: Topic[DataT], data: DataT, transition: str = "1", *, at: datetime = NOW) -> Event[DataT]:
    return topic.event(data, source="/test", subject="x", transition=transition, key=CONVERSATION, time=at)


def case(**other: Any) -> Case:
    usual: dict[str, Any] = {
        "call": decided(),
        "business": business(),
        "person": Person(),
        "conversation": Conversation(),
        "sender_id": THIS_NUMBER.name,
        "policy": POLICY,
        "now": NOW,
    }
    return Case(**usual | other)
