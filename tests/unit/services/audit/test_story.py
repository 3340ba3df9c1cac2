"""A story is told once, and in the order in which it happened."""

from __future__ import annotations

from random import Random
from typing import Any

from runtime.events import Event
from services.audit.entries import entry_of
from services.audit.story import story
from tests.unit.services.audit.records import TEXT, after, decided, ingested, raw, receipt, record, screened

EVENTS: list[Event[Any]] = [ingested(0), decided(20), screened(20.5), receipt(23)]
ENTRIES = [entry_of(record(event, offset=n), cluster="k") for n, event in enumerate(EVENTS)]


def test_lines_stand_in_the_order_of_time_with_seconds_since_the_first_and_the_one_before() -> None:
    shuffled = Random(1).sample(ENTRIES, len(ENTRIES))
    lines = story(shuffled)
    assert [(line.seconds, line.waited, line.topic) for line in lines] == [
        (0, 0, "calls.ingested.v1"),
        (20, 20, "calls.decided.v1"),
        (20.5, 0.5, "texts.screened.v1"),
        (23, 2.5, "receipts.ingested.v1"),
    ]
    assert lines[1].time == after(20)
    assert lines[1].record == "k/calls.decided.v1/3/1"


def test_what_happened_at_once_stands_in_the_order_of_the_flow() -> None:
    events: list[Event[Any]] = [receipt(5), screened(5), decided(5), ingested(5)]
    at_once = [entry_of(record(event), cluster="k") for event in events]
    assert [line.topic for line in story(at_once)] == [
        "calls.ingested.v1",
        "calls.decided.v1",
        "texts.screened.v1",
        "receipts.ingested.v1",
    ]


def test_what_was_published_again_is_told_once_by_its_first_record() -> None:
    again = [entry_of(record(event, offset=n + 100), cluster="k") for n, event in enumerate(EVENTS)]
    assert story([*again, *ENTRIES]) == story(ENTRIES)


def test_a_record_that_is_no_event_does_not_stop_the_story() -> None:
    rubbish = entry_of(raw("calls.decided.v1", b'{"data": {"call_sid": "CA1"}}', offset=99), cluster="k")
    assert story([rubbish, *ENTRIES]) == story(ENTRIES)


def test_what_a_sentence_tells_stands_beside_it_as_fields_without_numbers_and_words() -> None:
    assert [line.facts for line in story(ENTRIES)] == [
        {"step": "voice"},
        {"verdict": "missed", "revision": 1, "reason": "dial_no_answer"},
        {"text_id": TEXT, "purpose": "missed_call", "screening": "permitted", "reason": "permitted"},
        {"text_id": TEXT, "status": "delivered", "message_sid": "SM1"},
    ]


def test_of_nothing_there_is_no_story() -> None:
    assert story([]) == []
