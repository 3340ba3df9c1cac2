"""What people read of each event, and what they do not get to see."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.events import Event
from schemas.businesses import BUSINESSES_CHANGED
from schemas.calls import Origin, Step
from schemas.catalogue import TOPICS
from schemas.consents import (
    CONSENTS_CHANGED,
    CONSENTS_REQUESTED,
    ConsentChanged,
    ConsentRequested,
    Evidence,
    Scope,
    ScopeKind,
    Source,
    Wish,
)
from schemas.controls import CONTROLS_CHANGED, ControlChanged, ControlScope, Texting
from schemas.identity import CallerKind
from schemas.messages import MESSAGES_INGESTED, MessageIngested
from schemas.reasons import Reason
from schemas.texts import Screening, TextState
from services.audit.sentences import sentence, shortened
from tests.unit.services.audit.records import AT, CALLED, CALLER, decided, dispatched, ingested, receipt, screened
from tests.unit.services.businesses.wishes import business

EVIDENCE = Evidence(source=Source.OTHER_SERVICE, reference="T-1", heard_at=AT)
SCOPE = Scope(kind=ScopeKind.BUSINESS, name="b_1")
MESSAGE = MessageIngested(
    message_sid="SM2",
    account_sid="AC1",
    business_id="b_1",
    business_version=1,
    conversation_id="c1",
    person_id="p1",
    author=CALLER,
    number=CALLED,
    body="my secret",
    opt_out_type="STOP",
    received_at=AT,
    said={},
)


def event(topic: Any, data: Any) -> Event[Any]:
    said: Event[Any] = topic.event(data, source="/x", subject="s", transition="1", key="k", time=AT)
    return said


CASES: list[tuple[Event[Any], str]] = [
    (ingested(), "…0100 called …0199"),
    (ingested(caller=None, caller_kind=CallerKind.WITHHELD), "a withheld caller called …0199"),
    (ingested(caller=None, caller_kind=CallerKind.SHORT_CODE), "a short code caller called …0199"),
    (
        ingested(step=Step.DIAL_RESULT, said={"DialCallStatus": "no-answer", "DialBridged": "false"}),
        "Twilio says of the business's phone: no-answer, connected to nobody",
    ),
    (
        ingested(step=Step.DIAL_RESULT, said={"DialCallStatus": "completed", "DialBridged": "true"}),
        "Twilio says of the business's phone: completed, connected",
    ),
    (ingested(step=Step.CALL_STATUS, said={"CallStatus": "completed"}), "Twilio says of the call: completed"),
    (
        ingested(step=Step.CALL_STATUS, leg_sid="CA2", said={"CallStatus": "busy"}),
        "Twilio says of a leg of the call: busy",
    ),
    (ingested(step=Step.MACHINE_DETECTION, said={"AnsweredBy": "fax"}), "Twilio thinks that this picked up: fax"),
    (
        ingested(step=Step.CALL_STATUS, said={"CallStatus": "completed"}, origin=Origin.BACKFILL),
        "Twilio says of the call: completed (by its list of calls: no webhook came)",
    ),
    (ingested(step=Step.VOICEMAIL), "Twilio reported a step of the call: voicemail"),
    (decided(), "missed: the business's phone rang and nobody answered"),
    (
        decided(revision=2, verdict="answered", reason="dial_answered"),
        "answered: somebody at the business answered and was connected (decided again, revision 2)",
    ),
    (
        screened(),
        "missed call text permitted: the caller may be texted, 2 segments: “Sorry! Call …0199.”",
    ),
    (
        screened(screening=Screening.BLOCKED, reason=Reason.COOLDOWN, words=None),
        "missed call text blocked: the caller was texted a short while ago",
    ),
    (
        dispatched(state=TextState.FAILED, reason=Reason.RECIPIENT_OPTED_OUT, error_code=21610),
        "missed call text failed: Twilio says that the recipient opted out (error 21610)",
    ),
    (receipt(), "Twilio says of the text: delivered"),
    (receipt(status="undelivered", error_code=30003), "Twilio says of the text: undelivered (error 30003)"),
    (
        event(MESSAGES_INGESTED, MESSAGE),
        "…0100 wrote a message of 9 characters, and Twilio has replied to its STOP",
    ),
    (
        event(
            CONSENTS_REQUESTED,
            ConsentRequested(number=CALLER, scope=SCOPE, wish=Wish.OPTED_OUT, evidence=EVIDENCE),
        ),
        "asked for through other service: …0100 does not want to be texted, by this business",
    ),
    (
        event(
            CONSENTS_CHANGED,
            ConsentChanged(
                person_id="p1", scope=Scope(kind=ScopeKind.EVERYONE), wish=Wish.OPTED_IN, version=2, evidence=EVIDENCE
            ),
        ),
        "from now on the person may be texted again, by everyone",
    ),
    (event(BUSINESSES_CHANGED, business()), "Acme Plumbing is trial and connected by forward (version 1)"),
    (
        event(
            CONTROLS_CHANGED,
            ControlChanged(
                scope=ControlScope.EVERYWHERE, texting=Texting.PAUSED, version=1, why="an incident", changed_at=AT
            ),
        ),
        "texting is paused for everywhere: an incident",
    ),
]


@pytest.mark.parametrize(("said", "told"), CASES, ids=[told for _, told in CASES])
def test_an_event_is_told_in_a_sentence(said: Event[Any], told: str) -> None:
    assert sentence(said) == told


def test_the_cases_above_leave_no_topic_out() -> None:
    assert {said.type for said, _ in CASES} == {topic.name for topic in TOPICS}


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("call +14155550199 now", "call …0199 now"),
        ("call (415) 555-0199.", "call …0199."),
        ("415-555-0199", "…0199"),
        ("2 or 3 at 10:30", "2 or 3 at 10:30"),
        ("", ""),
    ],
)
def test_numbers_are_shortened_to_four_digits_wherever_they_stand(text: str, short: str) -> None:
    assert shortened(text) == short


def test_a_day_of_stories_holds_no_whole_number_and_none_of_the_callers_words() -> None:
    told = " ".join(sentence(said) for said, _ in CASES)
    assert CALLER[-10:] not in told
    assert CALLED[-10:] not in told
    assert MESSAGE.body not in told
