"""What is written down of a record, whatever its bytes are."""

from __future__ import annotations

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.events import Outgoing
from schemas.calls import CALLS_DECIDED
from schemas.catalogue import TOPICS
from services.audit.entries import entry_of
from tests.unit.services.audit.records import AT, BUSINESS, CALL, CONVERSATION, TEXT, decided, raw, receipt, record

TOPIC = CALLS_DECIDED.name
RUBBISH = [
    ("nothing", b""),
    ("no JSON", b"hello"),
    ("no UTF-8", b"\xff\xfe\x00"),
    ("half a surrogate", b'{"subject": "\\ud800"}'),
    ("a list", b"[1, 2]"),
    ("null", b"null"),
    ("deeper than anybody writes", b"[" * 100_000),
    ("data that is no object", b'{"id": 7, "data": [1]}'),
    ("a field that is no word", b'{"data": {"call_sid": {"$gt": ""}}}'),
    ("a field without end", b'{"data": {"call_sid": "' + b"x" * 10_000 + b'"}}'),
]


def test_an_entry_holds_the_place_the_bytes_and_what_people_ask_by() -> None:
    event = decided()
    assert entry_of(record(event, offset=7), cluster="k") == {
        "_id": f"k/{TOPIC}/3/7",
        "cluster": "k",
        "topic": TOPIC,
        "partition": 3,
        "offset": 7,
        "key": CONVERSATION,
        "appended_ms": 1_896_091_200_000,
        "value": Outgoing.of(event).value,
        "event_id": event.id,
        "type": TOPIC,
        "subject": CALL,
        "time": event.time,
        "day": "2030-01-31",
        "call_sid": CALL,
        "conversation_id": CONVERSATION,
        "business_id": BUSINESS,
        "verdict": "missed",
        "reason": "dial_no_answer",
    }


def test_a_receipt_is_found_by_its_text_and_its_message() -> None:
    entry = entry_of(record(receipt()), cluster="k")
    assert (entry["text_id"], entry["message_sid"]) == (TEXT, "SM1")


@pytest.mark.parametrize("value", [case[1] for case in RUBBISH], ids=[case[0] for case in RUBBISH])
def test_rubbish_is_written_down_to_the_byte_and_marked(value: bytes) -> None:
    entry = entry_of(raw(TOPIC, value), cluster="k")
    assert entry["value"] == value
    assert entry["problem"]
    assert "call_sid" not in entry
    assert (entry["time"], entry["day"]) == (AT, "2030-01-31")


def test_a_record_that_is_no_event_is_still_found_by_the_call_that_it_names() -> None:
    entry = entry_of(raw(TOPIC, b'{"id": "e1", "data": {"call_sid": "CA1", "reason": 5}}'), cluster="k")
    assert (entry["call_sid"], entry["event_id"]) == ("CA1", "e1")
    assert "problem" in entry
    assert "reason" not in entry


def test_the_problem_does_not_repeat_what_stands_in_the_record() -> None:
    value = Outgoing.of(decided()).value.replace(b'"dial_no_answer"', b'"+14155550100"')
    assert entry_of(raw(TOPIC, value), cluster="k")["problem"] == "data.reason: enum"


def test_a_broker_time_that_no_calendar_holds_leaves_the_day_out() -> None:
    entry = entry_of(raw(TOPIC, b"", timestamp_ms=2**62), cluster="k")
    assert entry["appended_ms"] == 2**62
    assert "time" not in entry
    assert "day" not in entry


@given(value=st.binary(max_size=300), topic=st.sampled_from(TOPICS))
def test_whatever_comes_there_is_an_entry_that_mongodb_can_hold(value: bytes, topic: object) -> None:
    entry = entry_of(raw(getattr(topic, "name"), value), cluster="k")  # noqa: B009 - generic in what it carries
    assert bson.decode(bson.encode(entry))["value"] == value
