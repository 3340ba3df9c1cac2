"""Logs are JSON, a line each, and no phone number survives in them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.logs import JsonFormatter, Repeats, redacted, set_up_logs
from tests.integration.runtime.toy import PINGS

US = st.tuples(st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999))
FORMATS: dict[str, Callable[[int, int, int], str]] = {
    "E.164": lambda a, b, c: f"+1{a}{b}{c:04}",
    "E.164 in a URL": lambda a, b, c: f"%2B1{a}{b}{c:04}",
    "a URL, lower case, spaced": lambda a, b, c: f"%2b1%20{a}%20{b}%20{c:04}",
    "digits": lambda a, b, c: f"{a}{b}{c:04}",
    "digits with country": lambda a, b, c: f"1{a}{b}{c:04}",
    "dashes": lambda a, b, c: f"{a}-{b}-{c:04}",
    "dots": lambda a, b, c: f"{a}.{b}.{c:04}",
    "spaces": lambda a, b, c: f"1 {a} {b} {c:04}",
    "parentheses": lambda a, b, c: f"({a}) {b}-{c:04}",
    "parentheses with country": lambda a, b, c: f"+1 ({a}) {b}-{c:04}",
    "no-break spaces and hyphens": lambda a, b, c: f"{a}\u00a0{b}\u2011{c:04}",
}
BESIDE = st.sampled_from(
    ["", " ", "=", '"', "'", ":", "/", "tel:", "From=", "sip:", "_", "-", "\n", "\\n", ",", "(", "x"]
)


def formatted(message: str, **extra: Any) -> dict[str, Any]:
    record = logging.LogRecord("test", logging.INFO, "", 0, "%s", (message,), None)
    record.__dict__.update(extra)
    line: dict[str, Any] = json.loads(JsonFormatter("toy").format(record))
    return line


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@given(number=US, before=BESIDE, after=BESIDE)
def test_no_north_american_number_survives_in_any_format(
    form: Callable[[int, int, int], str], number: tuple[int, int, int], before: str, after: str
) -> None:
    text = redacted(f"{before}{form(*number)}{after}")
    assert f"{number[2]:04}" not in text
    assert "[number]" in text


@given(digits=st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True), before=BESIDE, after=BESIDE)
def test_no_international_number_survives(digits: str, before: str, after: str) -> None:
    assert digits not in redacted(f"{before}+{digits}{after}")
    assert digits not in redacted(f"{before} 00 {digits}{after}")


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param("+14155550123", id="text"),
        pytest.param(14155550123, id="an integer"),
        pytest.param(["to", "+14155550123"], id="a list"),
        pytest.param({"to": {"+14155550123": ("+14155550123",)}}, id="deep inside"),
        pytest.param(UUID("00000000-0000-4000-8000-000000000000").bytes + b"+14155550123", id="bytes"),
        pytest.param(ValueError("+14155550123"), id="an exception"),
    ],
)
def test_no_number_survives_in_a_field(extra: object) -> None:
    assert "4155550123" not in json.dumps(formatted("call", extra=extra))


def test_no_number_survives_in_a_traceback() -> None:
    def fail() -> None:
        raise LookupError("no such caller: +14155550123")

    try:
        fail()
    except LookupError as error:
        record = logging.LogRecord("test", logging.ERROR, "", 0, "failed", (), (type(error), error, None))
    line = json.loads(JsonFormatter("toy").format(record))
    assert line["error"].endswith("LookupError: no such caller: [number]")


def test_an_error_about_an_event_does_not_quote_it() -> None:
    with pytest.raises(ValueError, match="validation error") as failed:
        PINGS.parse(b'{"data": {"document": 5, "number": "call me, I am Ann"}}')
    assert "Ann" not in str(failed.value)


@pytest.mark.parametrize(
    "text",
    [
        "123e4567-e89b-42d3-a456-426614174000",
        "CA00000000000000000000000000000001",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "2026-11-23T23:32:58.123+00:00",
        "Mon, 23 Nov 2026 23:32:58 +0000",
        "Connect call failed ('192.168.100.200', 9092)",
        "offset 123456789, 42 records in 0.25 s",
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert redacted(text) == text


def test_fields_stand_beside_the_message() -> None:
    line = formatted("batch tried again", action="batch_retried", count=3, ok=True, share=0.5, nothing=None)
    expected = {
        "level": "info",
        "service": "toy",
        "logger": "test",
        "message": "batch tried again",
        "action": "batch_retried",
        "count": 3,
        "ok": True,
        "share": 0.5,
        "nothing": None,
    }
    assert {key: value for key, value in line.items() if key != "at"} == expected


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("_restored")
def test_libraries_log_in_the_same_form() -> None:
    stream = io.StringIO()
    set_up_logs("toy", stream=stream)
    logging.getLogger("aiokafka.client").error("lost %s", "+14155550123")
    logging.getLogger("aiokafka.client").info("chatter")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "lost [number]"


def test_of_lines_alike_one_in_ten_seconds_is_written_and_tells_how_many_were_not() -> None:
    now = 0.0
    repeats = Repeats(seconds=10, clock=lambda: now)
    lines = [logging.LogRecord("aiokafka.conn", logging.ERROR, "conn.py", 7, "away", (), None) for _ in range(5)]
    other = logging.LogRecord("aiokafka.conn", logging.ERROR, "conn.py", 8, "another", (), None)
    assert [repeats.filter(line) for line in lines[:4]] == [True, False, False, False]
    assert repeats.filter(other)
    now = 10.0
    assert repeats.filter(lines[4])
    assert lines[4].__dict__["left_out"] == 3


@pytest.mark.usefixtures("_restored")
def test_only_what_a_library_repeats_is_left_out() -> None:
    written = io.StringIO()
    set_up_logs("t", stream=written)
    for _ in range(3):
        logging.getLogger("aiokafka.consumer").warning("away")
        logging.getLogger("runtime.tasks").warning("waits")
    assert [json.loads(line)["message"] for line in written.getvalue().splitlines()] == ["away", *["waits"] * 3]
