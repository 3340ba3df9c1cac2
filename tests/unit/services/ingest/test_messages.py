"""What somebody wrote, and what became of a text of ours, as facts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runtime.events import Outgoing
from runtime.publish import check_sizes
from services.ingest.body import MAX_BYTES
from services.ingest.messages import message_ingested, receipt_ingested
from services.ingest.refusals import Ignored, Refusal, Refused
from services.ingest.webhook import Webhook
from tests.unit.services.ingest.webhooks import (
    CALLER,
    DELIVERED,
    IDENTITIES,
    MESSAGE,
    NOW,
    NUMBER,
    RECEIPT,
    TEXT,
    WRITTEN,
    business,
    webhook,
)


def test_a_message_is_of_the_conversation_that_its_author_s_calls_are_of() -> None:
    said = message_ingested(webhook(WRITTEN), business(), identities=IDENTITIES, now=NOW)
    fact = said.data
    assert said.subject == fact.message_sid == MESSAGE
    assert said.partitionkey == fact.conversation_id == IDENTITIES.conversation("b1", CALLER)
    assert (fact.author, fact.person_id, fact.number) == (CALLER, IDENTITIES.person(CALLER), NUMBER)
    assert (fact.body, fact.opt_out_type, fact.said) == ("When do you open?", None, WRITTEN)


def test_that_twilio_has_replied_to_a_stop_is_kept() -> None:
    stop = webhook(WRITTEN, Body="STOP", OptOutType="STOP")
    assert message_ingested(stop, business(), identities=IDENTITIES, now=NOW).data.opt_out_type == "STOP"


@pytest.mark.parametrize("author", ["72975", "", "anonymous", "client:alice"])
def test_a_message_from_no_person_is_ignored(author: str) -> None:
    with pytest.raises(Ignored):
        message_ingested(webhook(WRITTEN, From=author), business(), identities=IDENTITIES, now=NOW)


def test_a_message_that_comes_again_is_the_same_event() -> None:
    first, again = (
        message_ingested(webhook(WRITTEN), business(), identities=IDENTITIES, now=NOW + timedelta(seconds=seconds))
        for seconds in (0, 9)
    )
    assert (first.id, first.traceparent) == (again.id, again.traceparent)


def test_a_receipt_is_about_the_text_that_our_url_names() -> None:
    said = receipt_ingested(webhook(DELIVERED, RECEIPT), business(), now=NOW)
    fact = said.data
    assert said.partitionkey == fact.conversation_id == RECEIPT["conversation"]
    assert (fact.message_sid, fact.text_id, fact.business_id) == (MESSAGE, TEXT, "b1")
    assert (fact.status, fact.error_code, fact.said) == ("delivered", None, DELIVERED)


def test_each_status_of_a_message_is_an_event_of_its_own() -> None:
    sent, delivered, again = (
        receipt_ingested(webhook(DELIVERED, RECEIPT, MessageStatus=status), business(), now=NOW).id
        for status in ("sent", "delivered", "delivered")
    )
    assert sent != delivered == again


@pytest.mark.parametrize(
    ("said", "code"), [("30003", 30003), ("", None), ("soon", None), ("\N{SUPERSCRIPT TWO}", None), ("-1", None)]
)
def test_an_error_code_is_a_number_or_none(said: str, code: int | None) -> None:
    assert receipt_ingested(webhook(DELIVERED, RECEIPT, ErrorCode=said), business(), now=NOW).data.error_code == code


@pytest.mark.parametrize(
    ("of", "refusal", "about"),
    [
        pytest.param(webhook(DELIVERED), Refusal.QUERY_INCOMPLETE, "text", id="a text that is not ours"),
        pytest.param(webhook(DELIVERED, {"text": TEXT}), Refusal.QUERY_INCOMPLETE, "conversation", id="no key"),
        pytest.param(webhook(DELIVERED, RECEIPT, MessageSid=""), Refusal.FIELD_MISSING, "MessageSid", id="no SID"),
        pytest.param(
            webhook(DELIVERED, RECEIPT, MessageStatus=""), Refusal.FIELD_MISSING, "MessageStatus", id="status"
        ),
    ],
)
def test_a_receipt_that_leads_nowhere_is_refused_by_name(of: Webhook, refusal: Refusal, about: str) -> None:
    with pytest.raises(Refused) as refused:
        receipt_ingested(of, business(), now=NOW)
    assert (refused.value.refusal, refused.value.about) == (refusal, about)


def test_the_largest_form_makes_no_record_that_a_broker_refuses() -> None:
    """A control character takes six bytes in JSON, and the body stands in the record twice."""
    longest = webhook(WRITTEN, Body="\x01" * MAX_BYTES)
    record = Outgoing.of(message_ingested(longest, business(), identities=IDENTITIES, now=NOW))
    check_sizes([record])
