"""What a letter says of its attempts, and what its replay adds to the record."""

from __future__ import annotations

from datetime import datetime

import pytest

from missedcall.dead_letters.letters import headers_of_replay
from runtime.dead_letters import DeadLetter, Header
from runtime.due import Due, due_topic
from runtime.events import Outgoing
from tests.unit.missedcall.dead_letters.letters import START, letter


def test_a_replay_keeps_the_records_headers_and_says_which_attempt_it_is() -> None:
    first = letter(headers={"traceparent": b"00-1"})
    assert headers_of_replay(first, now=START) == [
        ("traceparent", b"00-1"),
        ("replayed_from", first.id.encode()),
        ("replayed_at", b"2026-03-02T15:00:00+00:00"),
        ("attempt", b"2"),
    ]


def test_the_next_replay_replaces_what_the_one_before_added() -> None:
    second = letter(1, headers={"attempt": b"2", "replayed_from": b"x", "replayed_at": b"y", "own": b"\xff"})
    assert second.attempt == 2
    assert second.replayed_from == "x"
    assert dict(headers_of_replay(second, now=START)) == {
        "own": b"\xff",
        "replayed_from": second.id.encode(),
        "replayed_at": START.isoformat().encode(),
        "attempt": b"3",
    }


@pytest.mark.parametrize("foreign", [b"", b"many", b"-1", b"\xff"])
def test_a_header_of_somebody_elses_is_no_attempt(foreign: bytes) -> None:
    assert letter(headers={"attempt": foreign}).attempt == 1


@pytest.mark.parametrize(
    ("topic", "value", "problem"),
    [
        pytest.param("calls.ingested.v1", b"{", "record: json_invalid", id="of the catalogue"),
        pytest.param("decider.due.v1", b"{", "record: json_invalid", id="its own due topic"),
        pytest.param("nobodys.topic.v1", b"{}", "id: missing", id="no topic of ours"),
    ],
)
def test_a_record_that_this_release_cannot_read_says_why(topic: str, value: bytes, problem: str) -> None:
    assert (letter(topic=topic, value=value).problem or "").startswith(problem)


def test_a_due_time_can_be_read() -> None:
    due: datetime = START
    event = due_topic("decider").event(
        Due(document="CA1", due_at=due), source="/decider", subject="CA1", transition="x", key="c1_x", time=due
    )
    assert letter(topic="decider.due.v1", value=Outgoing.of(event).value).problem is None


@pytest.mark.parametrize(
    ("key", "key_base64", "expected"),
    [
        pytest.param("c1_x", None, b"c1_x", id="a letter of before, which had the text alone"),
        pytest.param("", None, None, id="no key"),
        pytest.param("", "", b"", id="an empty key"),
        pytest.param("??", "//4=", b"\xff\xfe", id="a key that is no text"),
    ],
)
def test_a_records_key_is_given_back_to_the_byte(key: str, key_base64: str | None, expected: bytes | None) -> None:
    record = DeadLetter(
        topic="t", partition=0, offset=0, key=key, key_base64=key_base64, value_base64="", reason="Broken"
    )
    assert record.key_bytes == expected


def test_a_header_without_a_value_stays_without() -> None:
    written = letter().record.model_copy(update={"headers": (Header(name="n"),)})
    read = DeadLetter.model_validate_json(written.model_dump_json(exclude_none=True))
    assert read.header_bytes == [("n", None)]
