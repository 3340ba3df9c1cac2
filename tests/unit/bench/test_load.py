"""The load generators' own parts: what they take in, and what they are given to send."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from bench.baselines.door import genuine
from bench.chain import Played, timetable
from bench.load.endpoint import recipient
from bench.load.http import length_of, status_of
from bench.profiling import page
from bench.samples.events import decided, ingested, screened
from bench.samples.forms import webhooks
from bench.samples.parties import PUBLIC_URL, TOKEN, Caller
from schemas.calls import Verdict
from schemas.texts import Screening
from services.ingest.forms import Form
from services.ingest.twilio import signed_with_any

CALLER = Caller(index=7, run=1)


@pytest.mark.parametrize(
    ("head", "status", "length"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 12", 200, 12, id="with a body"),
        pytest.param(b"HTTP/1.1 204 No Content\r\nserver: x", 204, 0, id="without one"),
    ],
)
def test_an_answers_head_tells_its_status_and_how_much_follows(head: bytes, status: int, length: int) -> None:
    assert (status_of(head), length_of(head)) == (status, length)


def test_the_endpoint_knows_a_text_by_whom_it_goes_to() -> None:
    assert (
        recipient(urlencode({"From": "+14155550199", "To": "+13120000007", "Body": "To=you"}).encode()) == CALLER.number
    )


@pytest.mark.parametrize("letter", webhooks(CALLER), ids=lambda letter: letter.step.value)
def test_a_sample_is_signed_as_twilios_own_library_has_it_and_the_bare_app_agrees(letter: object) -> None:
    wire = webhooks(CALLER)[[w.step for w in webhooks(CALLER)].index(letter.step)].on_the_wire()  # type: ignore[attr-defined]
    head, _, body = wire.partition(b"\r\n\r\n")
    target = head.split(b" ")[1].decode()
    signature = next(line for line in head.split(b"\r\n") if line.startswith(b"X-Twilio-Signature: "))[20:]
    assert signed_with_any([TOKEN], url=PUBLIC_URL + target, form=Form.parse(body), signature=signature.decode())
    url = urlsplit(target)
    scope = {"path": url.path, "query_string": url.query.encode(), "headers": [(b"x-twilio-signature", signature)]}
    assert genuine(scope, dict(parse_qsl(body.decode(), keep_blank_values=True)), TOKEN.encode(), PUBLIC_URL)


def test_every_sample_is_a_missed_call_that_is_worth_a_text() -> None:
    """Else a bench would measure how fast nothing is done."""
    assert ingested(CALLER).data.call_sid == CALLER.call_sid
    assert decided(CALLER)[0].data.verdict is Verdict.MISSED
    assert screened(CALLER).data.screening is Screening.PERMITTED
    assert screened(CALLER).data.recipient == CALLER.number


def test_a_timetable_keeps_to_the_rate_and_to_the_order_of_a_call() -> None:
    calls = [Caller(index=index) for index in range(3)]
    timed = timetable(calls, begin=10.0, rate=2)
    moments = [moment for moment, request in timed if calls[1].call_sid in request]
    assert moments == [10.5, 11.0, 11.5]
    assert [moment for moment, _ in timed] == sorted(moment for moment, _ in timed)


def test_behind_is_what_had_waited_for_so_long_when_the_last_call_was_settled() -> None:
    """The last call itself is never behind: nothing is texted at the moment at which it is settled."""
    played = Played(settled={"a": 0.0, "b": 0.5, "c": 1.0, "d": 1.5}, came={"a": 0.1, "b": 1.4, "c": 2.0}, until=9.0)
    assert played.behind(0.5) == 0.25
    assert played.behind(1.0) == 0
    assert played.latencies == pytest.approx([0.1, 0.9, 1.0, 7.5])


def test_a_profile_counts_each_function_once_a_stack_however_often_it_calls_itself() -> None:
    told = page("decider", "main;walk;walk 3\nmain;parse 1")
    own, whole = told.split("--- with what it calls")
    assert "75.0%  walk" in own
    assert "100.0%  main" in whole
    assert "75.0%  walk" in whole
