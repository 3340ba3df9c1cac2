"""One missed call as it stands on the topics: the audit's tests tell its story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.events import Event, Outgoing
from runtime.records import RawRecord
from schemas.businesses import Mode
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED, CallDecided, CallFacts, CallIngested, Step, Verdict
from schemas.identity import CallerKind
from schemas.messages import RECEIPTS_INGESTED, ReceiptIngested
from schemas.reasons import Reason
from schemas.texts import (
    TEXTS_DISPATCHED,
    TEXTS_SCREENED,
    Encoding,
    Purpose,
    Screening,
    TextDispatched,
    TextScreened,
    TextState,
    Words,
    text_id_of,
)

AT = datetime(2030, 1, 31, 12, tzinfo=UTC)
CALL, CONVERSATION, BUSINESS = "CA1", "c1_abc", "b_1"
CALLER, CALLED = "+14155550100", "+14155550199"
TEXT = text_id_of(CALL, Purpose.MISSED_CALL)
_ABOUT = {"business_id": BUSINESS, "conversation_id": CONVERSATION, "account_sid": "AC" + "0" * 32}


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def ingested(seconds: float = 0, **but: Any) -> Event[CallIngested]:
    facts = {
        "call_sid": CALL,
        "leg_sid": CALL,
        "step": Step.VOICE,
        "business_version": 1,
        "mode": Mode.FORWARD,
        "caller_kind": CallerKind.NUMBER,
        "caller": CALLER,
        "called": CALLED,
        "received_at": after(seconds),
        "said": {},
    }
    fact = CallIngested.model_validate({**_ABOUT, **facts, **but})
    return CALLS_INGESTED.event(
        fact, source="/ingest", subject=CALL, transition=fact.step, key=CONVERSATION, time=after(seconds)
    )


def decided(seconds: float = 20, **but: Any) -> Event[CallDecided]:
    facts = {
        "call_sid": CALL,
        "revision": 1,
        "verdict": Verdict.MISSED,
        "reason": Reason.DIAL_NO_ANSWER,
        "business_version": 1,
        "policy_version": "1",
        "caller_kind": CallerKind.NUMBER,
        "caller": CALLER,
        "called": CALLED,
        "ended_at": after(20),
        "facts": CallFacts(),
    }
    fact = CallDecided.model_validate({**_ABOUT, **facts, **but})
    transition = str(fact.revision)
    return CALLS_DECIDED.event(
        fact, source="/decider", subject=CALL, transition=transition, key=CONVERSATION, time=after(seconds)
    )


def screened(seconds: float = 20.5, **but: Any) -> Event[TextScreened]:
    facts = {
        "text_id": TEXT,
        "purpose": Purpose.MISSED_CALL,
        "screening": Screening.PERMITTED,
        "reason": Reason.PERMITTED,
        "call_sid": CALL,
        "business_version": 1,
        "sender": CALLED,
        "sender_id": "n1_x",
        "recipient": CALLER,
        "words": Words(body="Sorry! Call (415) 555-0199.", encoding=Encoding.GSM7, segments=2),
        "call_ended_at": after(20),
        "expires_at": after(1820),
    }
    fact = TextScreened.model_validate({**_ABOUT, **facts, **but})
    return TEXTS_SCREENED.event(
        fact, source="/compliance", subject=TEXT, transition=fact.screening, key=CONVERSATION, time=after(seconds)
    )


def dispatched(seconds: float = 21.5, **but: Any) -> Event[TextDispatched]:
    facts = {
        "text_id": TEXT,
        "purpose": Purpose.MISSED_CALL,
        "state": TextState.ACCEPTED,
        "reason": Reason.ACCEPTED,
        "call_sid": CALL,
        "person_id": "p1_x",
        "sender_id": "n1_x",
        "call_ended_at": after(20),
    }
    fact = TextDispatched.model_validate({**_ABOUT, **facts, **but})
    return TEXTS_DISPATCHED.event(
        fact, source="/sender", subject=TEXT, transition=fact.state, key=CONVERSATION, time=after(seconds)
    )


def receipt(seconds: float = 23, **but: Any) -> Event[ReceiptIngested]:
    facts = {
        "message_sid": "SM1",
        "status": "delivered",
        "text_id": TEXT,
        "received_at": after(seconds),
        "said": {},
    }
    fact = ReceiptIngested.model_validate({**_ABOUT, **facts, **but})
    return RECEIPTS_INGESTED.event(
        fact, source="/ingest", subject="SM1", transition=fact.status, key=CONVERSATION, time=after(seconds)
    )


def record(event: Event[Any], *, offset: int = 0) -> RawRecord:
    return raw(event.type, Outgoing.of(event).value, offset=offset)


def raw(topic: str, value: bytes, *, offset: int = 0, timestamp_ms: int = 1_896_091_200_000) -> RawRecord:
    """The broker took it at 2030-01-31 12:00 UTC unless told otherwise."""
    return RawRecord(topic=topic, partition=3, offset=offset, key=CONVERSATION, value=value, timestamp_ms=timestamp_ms)
