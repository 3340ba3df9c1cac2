"""What each record says about a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runtime.events import Outgoing
from schemas.calls import CALLS_DECIDED
from schemas.consents import CONSENTS_REQUESTED, Scope, ScopeKind, Source, Wish
from schemas.messages import MESSAGES_INGESTED
from schemas.texts import TEXTS_DISPATCHED, TextState
from services.compliance.wishes import NotANumber, OptInFromTheFuture, heard_in, request_of
from tests.unit.services.compliance.cases import (
    EVERYONE,
    IDENTITIES,
    NOW,
    NUMBER,
    PERSON,
    THIS_BUSINESS,
    THIS_NUMBER,
    decided,
    dispatched,
    event,
    message,
    requested,
)


@pytest.mark.parametrize(
    ("body", "opt_out_type", "wish", "scopes", "source"),
    [
        pytest.param("STOP", None, Wish.OPTED_OUT, [THIS_BUSINESS], Source.KEYWORD, id="stop: the business"),
        pytest.param("stop!", "STOP", Wish.OPTED_OUT, [THIS_BUSINESS], Source.TWILIO, id="stop, as Twilio says"),
        pytest.param("start", None, Wish.OPTED_IN, [THIS_NUMBER, THIS_BUSINESS], Source.KEYWORD, id="start: both"),
    ],
)
def test_a_keyword_is_a_wish(
    body: str, opt_out_type: str | None, wish: Wish, scopes: list[Scope], source: Source
) -> None:
    heard = heard_in(event(MESSAGES_INGESTED, message(body, opt_out_type=opt_out_type)), IDENTITIES)
    assert heard is not None
    assert heard.person_id == PERSON
    assert [(w.scope, w.wish, w.evidence.source) for w in heard.wishes] == [(s, wish, source) for s in scopes]
    assert {w.evidence.heard_at for w in heard.wishes} == {NOW}


@pytest.mark.parametrize("body", ["HELP", "CANCEL my 3 pm", "thank you"])
def test_any_other_message_is_no_wish(body: str) -> None:
    assert heard_in(event(MESSAGES_INGESTED, message(body)), IDENTITIES) is None


def test_a_call_is_no_wish() -> None:
    """A later call never lifts an opt-out."""
    assert heard_in(event(CALLS_DECIDED, decided()), IDENTITIES) is None


def test_21610_is_an_opt_out_from_that_number_alone() -> None:
    text = dispatched(TextState.FAILED, error_code=21610)
    heard = heard_in(event(TEXTS_DISPATCHED, text), IDENTITIES)
    assert heard is not None
    (wished,) = heard.wishes
    assert (wished.scope, wished.wish, wished.evidence.source) == (THIS_NUMBER, Wish.OPTED_OUT, Source.CARRIER_ERROR)
    assert (wished.evidence.reference, wished.evidence.heard_at) == (text.text_id, NOW)


@pytest.mark.parametrize("error_code", [21211, 21614, 21635, 30006])
def test_a_number_that_no_text_reaches_is_remembered(error_code: int) -> None:
    heard = heard_in(event(TEXTS_DISPATCHED, dispatched(TextState.FAILED, error_code=error_code)), IDENTITIES)
    assert heard is not None
    assert heard.unreachable is not None
    assert (heard.unreachable.error_code, heard.unreachable.heard_at, heard.wishes) == (error_code, NOW, ())


@pytest.mark.parametrize("error_code", [None, 20429, 30003, 30007, 30008, 30034])
def test_any_other_outcome_says_nothing_about_the_person(error_code: int | None) -> None:
    text = dispatched(TextState.FAILED, error_code=error_code)
    assert heard_in(event(TEXTS_DISPATCHED, text), IDENTITIES) is None


@pytest.mark.parametrize("scope", [THIS_NUMBER, THIS_BUSINESS, EVERYONE])
@pytest.mark.parametrize("number", ["+14155550100", "(415) 555-0100"])
def test_a_request_holds_as_it_was_asked_in_whichever_form_the_number_came(scope: Scope, number: str) -> None:
    request = requested(scope, number=number)
    heard = heard_in(event(CONSENTS_REQUESTED, request), IDENTITIES)
    assert heard is not None
    (wished,) = heard.wishes
    assert (heard.person_id, wished.scope, wished.evidence) == (PERSON, scope, request.evidence)


def test_a_scope_given_by_the_number_itself_is_keyed() -> None:
    """It would stand in a record key for all to see, and match no text."""
    request = requested(Scope(kind=ScopeKind.NUMBER, name=NUMBER))
    heard = heard_in(event(CONSENTS_REQUESTED, request), IDENTITIES)
    assert heard is not None
    assert heard.wishes[0].scope == THIS_NUMBER


@pytest.mark.parametrize("number", ["", "anonymous", "12", "+1415555010012345678"])
def test_a_request_for_no_number_is_refused(number: str) -> None:
    record = Outgoing.of(event(CONSENTS_REQUESTED, requested(EVERYONE, number=number)))
    with pytest.raises(NotANumber, match=r"give it in E\.164"):
        request_of(record.value)


def test_an_opt_in_from_the_future_is_refused_and_an_opt_out_is_not() -> None:
    """A clock that is wrong must not outlast a STOP; doubt stays opted out."""
    tomorrow = NOW + timedelta(days=1)
    opt_in = Outgoing.of(event(CONSENTS_REQUESTED, requested(EVERYONE, Wish.OPTED_IN, at=tomorrow)))
    opt_out = Outgoing.of(event(CONSENTS_REQUESTED, requested(EVERYONE, Wish.OPTED_OUT, at=tomorrow)))
    with pytest.raises(OptInFromTheFuture, match="heard_at"):
        request_of(opt_in.value)
    assert request_of(opt_out.value).data.wish is Wish.OPTED_OUT
