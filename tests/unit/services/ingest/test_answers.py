"""What a caller hears is what the business's mode asks for."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from schemas.businesses import Entitlement, Mode, Status
from schemas.calls import Step
from services.ingest.answers import SORRY, answer_to_call
from services.ingest.calls import call_ingested
from services.ingest.urls import Callbacks
from tests.unit.services.ingest.webhooks import (
    IDENTITIES,
    NOW,
    NUMBER,
    PHONE,
    PUBLIC,
    SECOND_PHONE,
    VOICE,
    business,
    webhook,
)

CALLBACKS = Callbacks(public_url=PUBLIC, identities=IDENTITIES)
ELSEWHERE = "+14155550177"


def answer(forwarded_from: str = "", **changed: Any) -> Element:
    said = webhook(VOICE, ForwardedFrom=forwarded_from) if forwarded_from else webhook(VOICE)
    of = business(**changed)
    call = call_ingested(Step.VOICE, said, of, identities=IDENTITIES, now=NOW).data
    return fromstring(answer_to_call(call, of, CALLBACKS))  # noqa: S314 - our own document


def verbs(document: Element) -> list[str]:
    return [element.tag for element in document]


def test_forward_rings_every_phone_of_the_business_until_somebody_is_there() -> None:
    document = answer(forward_to=(PHONE, SECOND_PHONE), ring_seconds=18)
    (dial,) = document
    assert dial.tag == "Dial"
    assert dial.get("timeout") == "18"
    assert dial.get("answerOnBridge") == "true"
    assert (dial.get("action") or "").startswith(f"{PUBLIC}/twilio/dial-result?")
    assert [(number.tag, number.text) for number in dial] == [("Number", PHONE), ("Number", SECOND_PHONE)]
    for number in dial:
        assert (number.get("statusCallback") or "").startswith(f"{PUBLIC}/twilio/call-status?")
        assert number.get("statusCallbackEvent") == "completed"


@pytest.mark.parametrize(
    ("forwarded_from", "changed", "expected"),
    [
        pytest.param("", {}, ["Dial"], id="forward rings"),
        pytest.param(ELSEWHERE, {}, ["Dial"], id="forward rings, whoever forwarded the call here"),
        pytest.param("", {"forward_to": ()}, ["Reject"], id="forward without a phone is busy"),
        pytest.param("", {"forward_to": (NUMBER,)}, ["Reject"], id="forward to the connected number itself is busy"),
        pytest.param(PHONE, {}, ["Reject"], id="forward: the phone we ring sends the call back to us: busy"),
        pytest.param("4155550111", {}, ["Reject"], id="the same, as a national number"),
        pytest.param(PHONE, {"mode": Mode.OVERFLOW}, ["Say", "Hangup"], id="overflow is never dialled back"),
        pytest.param("anonymous", {"mode": Mode.OVERFLOW}, ["Say", "Hangup"], id="overflow from a line that hides"),
        pytest.param("", {"mode": Mode.OVERFLOW}, ["Dial"], id="overflow: called directly, it rings"),
        pytest.param("", {"mode": Mode.OVERFLOW, "forward_to": ()}, ["Reject"], id="overflow: nobody to ring, busy"),
        pytest.param("", {"mode": Mode.OBSERVE}, [], id="observe leaves the call alone"),
        pytest.param(PHONE, {"mode": Mode.OBSERVE}, [], id="observe leaves a forwarded call alone"),
    ],
)
def test_the_answer_follows_from_mode_and_way(
    forwarded_from: str, changed: dict[str, Any], expected: list[str]
) -> None:
    document = answer(forwarded_from, **changed)
    assert document.tag == "Response"
    assert verbs(document) == expected


def test_a_call_that_nobody_can_take_is_reported_as_busy() -> None:
    assert [verb.get("reason") for verb in answer(forward_to=())] == ["busy"]


def test_the_words_promise_no_text() -> None:
    assert answer(PHONE, mode=Mode.OVERFLOW)[0].text == SORRY
    assert "text" not in SORRY


@pytest.mark.parametrize("status", list(Status))
def test_trouble_with_the_account_never_breaks_the_phone(status: Status) -> None:
    entitlement = Entitlement(status=status, plan="starter", trial_started_at=NOW, trial_ends_at=NOW)
    assert verbs(answer(entitlement=entitlement)) == ["Dial"]
