"""A callback URL of ours brings back what the child leg's webhook does not say, and no phone number."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from schemas.calls import Step
from services.ingest.calls import call_ingested
from services.ingest.forms import Form
from services.ingest.urls import Callbacks
from services.ingest.webhook import Webhook
from tests.unit.services.ingest.webhooks import (
    CALL,
    CALLER,
    CHILD_ENDED,
    IDENTITIES,
    ISSUED,
    NOW,
    NUMBER,
    PUBLIC,
    VOICE,
    business,
    webhook,
)

CALLBACKS = Callbacks(public_url=PUBLIC, identities=IDENTITIES)
VOICED = call_ingested(Step.VOICE, webhook(VOICE), business(), identities=IDENTITIES, now=NOW).data
URLS = CALLBACKS.of(VOICED)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        pytest.param(URLS.dial_result, "/twilio/dial-result", id="dial result"),
        pytest.param(URLS.call_status, "/twilio/call-status", id="call status"),
    ],
)
def test_a_url_names_business_conversation_call_number_and_kind(url: str, path: str) -> None:
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{PUBLIC}{path}"
    assert dict(parse_qsl(parts.query)) == ISSUED


def test_a_url_asks_twilio_to_try_again_what_failed() -> None:
    assert urlsplit(URLS.dial_result).fragment == "rc=3&rp=ct,rt,5xx"


@pytest.mark.parametrize("number", [CALLER, NUMBER])
def test_no_phone_number_is_in_a_url(number: str) -> None:
    assert number.lstrip("+") not in URLS.call_status


def test_what_the_url_says_is_understood_when_it_comes_back() -> None:
    query = Form.parse(urlsplit(URLS.call_status).query.encode()).said
    child = Webhook(said=CHILD_ENDED, query=query)
    fact = call_ingested(Step.CALL_STATUS, child, business(), identities=IDENTITIES, now=NOW).data
    assert (fact.call_sid, fact.conversation_id, fact.called) == (CALL, VOICED.conversation_id, NUMBER)
