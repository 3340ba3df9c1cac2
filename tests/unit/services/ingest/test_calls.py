"""A voice webhook becomes one fact about one leg of one call, with all that was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.events import Event
from schemas.businesses import Mode
from schemas.calls import CALLS_INGESTED, CallIngested, Step
from schemas.identity import CallerKind
from services.ingest.calls import call_ingested, is_outbound
from services.ingest.refusals import Refusal, Refused
from services.ingest.webhook import Webhook
from tests.unit.services.ingest.webhooks import (
    CALL,
    CALLER,
    CHILD,
    CHILD_ENDED,
    DIALLED,
    ENDED,
    IDENTITIES,
    ISSUED,
    NOW,
    NUMBER,
    VOICE,
    business,
    webhook,
)

OTHER_CALL = "CA" + "9" * 32
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def event(step: Step, of: Webhook) -> Event[CallIngested]:
    return call_ingested(step, of, business(), identities=IDENTITIES, now=NOW)


def test_a_call_is_the_business_s_and_the_caller_s() -> None:
    said = event(Step.VOICE, webhook(VOICE))
    fact = said.data
    assert said.subject == fact.call_sid == fact.leg_sid == CALL
    assert said.partitionkey == fact.conversation_id == IDENTITIES.conversation("b1", CALLER)
    assert fact.person_id == IDENTITIES.person(CALLER)
    assert (fact.caller_kind, fact.caller, fact.called) == (CallerKind.NUMBER, CALLER, NUMBER)
    assert (fact.business_id, fact.business_version, fact.mode) == ("b1", 1, Mode.FORWARD)
    assert fact.received_at == said.time == NOW
    assert fact.said == VOICE


def test_numbers_come_in_any_form_and_leave_in_one() -> None:
    fact = event(Step.VOICE, webhook(VOICE, From="(415) 555-0100", To="14155550199")).data
    assert (fact.caller, fact.called) == (CALLER, NUMBER)
    assert fact.conversation_id == IDENTITIES.conversation("b1", CALLER)


@pytest.mark.parametrize(
    ("caller", "kind"),
    [
        ("anonymous", CallerKind.WITHHELD),
        ("+266696687", CallerKind.WITHHELD),
        ("", CallerKind.WITHHELD),
        ("client:alice", CallerKind.CLIENT),
        ("sip:alice@example.com", CallerKind.SIP),
        ("72975", CallerKind.SHORT_CODE),
        ("not a number", CallerKind.INVALID),
    ],
)
def test_who_has_no_number_is_no_person_and_each_call_stands_alone(caller: str, kind: CallerKind) -> None:
    one, other = (event(Step.VOICE, webhook(VOICE, From=caller, CallSid=sid)).data for sid in (CALL, OTHER_CALL))
    assert one.caller_kind is kind
    assert (one.person_id, one.caller) == (None, None)
    assert one.conversation_id == IDENTITIES.nobody(CALL) != other.conversation_id


def test_a_child_s_webhook_is_about_the_parent_s_call_and_tells_no_caller() -> None:
    said = event(Step.CALL_STATUS, webhook(CHILD_ENDED, ISSUED))
    fact = said.data
    assert (said.subject, fact.call_sid, fact.leg_sid) == (CALL, CALL, CHILD)
    assert said.partitionkey == fact.conversation_id == ISSUED["conversation"]
    assert (fact.caller, fact.person_id, fact.caller_kind) == (None, None, CallerKind.NUMBER)
    assert fact.called == NUMBER


def test_a_child_of_a_withheld_caller_says_so() -> None:
    query = ISSUED | {"conversation": IDENTITIES.nobody(CALL), "caller": "withheld"}
    assert event(Step.CALL_STATUS, webhook(CHILD_ENDED, query)).data.caller_kind is CallerKind.WITHHELD


def test_the_dial_s_result_is_about_the_caller_s_leg_and_tells_the_caller() -> None:
    fact = event(Step.DIAL_RESULT, webhook(DIALLED, ISSUED)).data
    assert (fact.call_sid, fact.leg_sid, fact.caller) == (CALL, CALL, CALLER)
    assert fact.conversation_id == ISSUED["conversation"]


def test_the_conversation_that_a_call_began_with_stays_its_own() -> None:
    """The identity key may change while a call lasts: its later webhooks still go where the first one went."""
    fact = event(Step.DIAL_RESULT, webhook(DIALLED, ISSUED | {"conversation": "c0_before"})).data
    assert fact.conversation_id == "c0_before"


FACTS: Mapping[str, tuple[Step, Webhook]] = {
    "voice": (Step.VOICE, webhook(VOICE)),
    "another call": (Step.VOICE, webhook(VOICE, CallSid=OTHER_CALL)),
    "dial: no answer": (Step.DIAL_RESULT, webhook(DIALLED, ISSUED)),
    "dial: completed": (Step.DIAL_RESULT, webhook(DIALLED, ISSUED, DialCallStatus="completed")),
    "dial: of another leg": (Step.DIAL_RESULT, webhook(DIALLED, ISSUED, DialCallSid=OTHER_CALL)),
    "call ended": (Step.CALL_STATUS, webhook(ENDED)),
    "call ended, next in sequence": (Step.CALL_STATUS, webhook(ENDED, SequenceNumber="1")),
    "call ended as busy": (Step.CALL_STATUS, webhook(ENDED, CallStatus="busy")),
    "child ended": (Step.CALL_STATUS, webhook(CHILD_ENDED, ISSUED)),
    "second child ended": (Step.CALL_STATUS, webhook(CHILD_ENDED, ISSUED, CallSid="CA" + "4" * 32)),
    "child ended, no sequence": (Step.CALL_STATUS, webhook({**CHILD_ENDED, "SequenceNumber": ""}, ISSUED)),
}


def test_two_different_facts_never_have_one_id() -> None:
    ids = {name: event(*fact).id for name, fact in FACTS.items()}
    assert len(set(ids.values())) == len(FACTS)


@pytest.mark.parametrize("name", FACTS)
def test_a_webhook_that_comes_again_later_is_the_same_event(name: str) -> None:
    step, of = FACTS[name]
    again = call_ingested(step, of, business(version=2), identities=IDENTITIES, now=NOW + timedelta(seconds=9))
    first = event(step, of)
    assert (again.id, again.traceparent) == (first.id, first.traceparent)


def test_all_webhooks_of_a_call_are_one_trace() -> None:
    traces = [event(*FACTS[name]).traceparent or "" for name in ("voice", "dial: no answer", "child ended")]
    assert len({trace.split("-")[1] for trace in traces}) == 1
    assert len({trace.split("-")[2] for trace in traces}) == len(traces)


@pytest.mark.parametrize(
    ("of", "refusal", "about"),
    [
        pytest.param(webhook(VOICE, CallSid=""), Refusal.FIELD_MISSING, "CallSid", id="no CallSid"),
        pytest.param(webhook(VOICE, CallSid="CA1|x"), Refusal.FIELD_MISSING, "CallSid", id="a CallSid of two words"),
        pytest.param(webhook(VOICE, CallSid="C" * 99), Refusal.FIELD_MISSING, "CallSid", id="an endless CallSid"),
        pytest.param(webhook(VOICE, To="sip:x"), Refusal.FIELD_MISSING, "To", id="called something else"),
        pytest.param(webhook(CHILD_ENDED), Refusal.QUERY_INCOMPLETE, "number", id="a child without our query"),
        pytest.param(
            webhook(CHILD_ENDED, ISSUED | {"conversation": ""}), Refusal.QUERY_INCOMPLETE, "conversation", id="no key"
        ),
        pytest.param(webhook(CHILD_ENDED, ISSUED | {"caller": "x"}), Refusal.QUERY_INCOMPLETE, "caller", id="no kind"),
        pytest.param(webhook(CHILD_ENDED, ISSUED | {"call": "a b"}), Refusal.QUERY_INCOMPLETE, "call", id="no call"),
        pytest.param(
            webhook(CHILD_ENDED, ISSUED | {"number": "n1_gone"}), Refusal.NUMBER_UNKNOWN, "n1_gone", id="number gone"
        ),
    ],
)
def test_what_cannot_be_a_fact_is_refused_by_name(of: Webhook, refusal: Refusal, about: str) -> None:
    with pytest.raises(Refused) as refused:
        event(Step.CALL_STATUS, of)
    assert (refused.value.refusal, refused.value.about) == (refusal, about)


@pytest.mark.parametrize(
    ("of", "outbound"),
    [
        pytest.param(webhook(ENDED), False, id="inbound"),
        pytest.param(webhook(ENDED, Direction="outbound-api"), True, id="the account called somebody"),
        pytest.param(webhook(CHILD_ENDED), True, id="a leg of somebody else's Dial"),
        pytest.param(webhook(CHILD_ENDED, ISSUED), False, id="a leg of our own Dial"),
    ],
)
def test_a_call_that_the_account_made_is_known_as_such(of: Webhook, *, outbound: bool) -> None:
    assert is_outbound(of) is outbound


@given(st.dictionaries(TEXT.filter(lambda name: name not in VOICE | {"ParentCallSid": ""}), TEXT))
def test_fields_that_nobody_knows_yet_arrive_whole_in_the_record(unknown: dict[str, str]) -> None:
    said = event(Step.VOICE, webhook({**unknown, **VOICE}))
    arrived = CALLS_INGESTED.parse(said.model_dump_json(exclude_none=True).encode())
    assert arrived.data.said == {**unknown, **VOICE}
