"""Ingest on a real Kafka: what is answered with 2xx stands in its topic, and nothing else does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode
from xml.etree.ElementTree import fromstring

import pytest
from prometheus_client import REGISTRY

from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED, RECEIPTS_INGESTED
from services.ingest.calls import call_ingested
from services.ingest.refusals import Refusal
from tests.integration.services.ingest.conftest import changed
from tests.integration.services.ingest.door import Door
from tests.integration.wire import Wire
from tests.unit.services.ingest.webhooks import (
    ACCOUNT,
    CALL,
    CALLER,
    CHILD,
    CHILD_ENDED,
    DELIVERED,
    DIALLED,
    ENDED,
    IDENTITIES,
    MESSAGE,
    NOW,
    NUMBER,
    OLD_TOKEN,
    PHONE,
    RECEIPT,
    TEXT,
    VOICE,
    WRITTEN,
    business,
    webhook,
)

CONVERSATION = IDENTITIES.conversation("b1", CALLER)
NEW_NUMBER = "+14155550144"


def counted(endpoint: str, outcome: str) -> float:
    labels = {"endpoint": endpoint, "outcome": outcome}
    return REGISTRY.get_sample_value("missedcall_ingest_webhooks_total", labels) or 0


async def assert_nothing_but_the_marker(door: Door, wire: Wire) -> None:
    """A later webhook that is taken shows that what was refused before it is not in the topic."""
    assert (await door.post("/twilio/voice", VOICE)).status == 200
    await wire.heard(CALLS_INGESTED)
    assert await wire.count(CALLS_INGESTED.name) == 1


async def test_a_signed_call_is_in_its_topic_and_rings_the_phone(door: Door, wire: Wire) -> None:
    answer = await door.post("/twilio/voice", VOICE | {"NewlyInvented": "x"})
    assert answer.status == 200
    assert fromstring(answer.text).findtext("Dial/Number") == PHONE  # noqa: S314 - our own document
    (raw,) = await wire.heard_raw(CALLS_INGESTED.name, until=bool)
    event = CALLS_INGESTED.parse(raw.value)
    assert raw.key == event.partitionkey == CONVERSATION
    expected = call_ingested(event.data.step, webhook(VOICE), business(), identities=IDENTITIES, now=NOW)
    assert event.id == expected.id
    assert event.data.said == VOICE | {"NewlyInvented": "x"}


async def test_a_call_s_webhooks_find_their_way_by_the_urls_that_were_issued(door: Door, wire: Wire) -> None:
    document = fromstring((await door.post("/twilio/voice", VOICE)).text)  # noqa: S314
    action, status_callback = document[0].get("action", ""), document[0][0].get("statusCallback", "")
    child_ended = await door.post(status_callback, CHILD_ENDED)
    dial_result = await door.post(action, DIALLED)
    call_ended = await door.post("/twilio/call-status", ENDED)
    assert (child_ended.status, child_ended.text) == (204, "")
    assert [verb.tag for verb in fromstring(dial_result.text)] == ["Hangup"]  # noqa: S314
    assert call_ended.status == 204
    events = await wire.heard(CALLS_INGESTED, count=4)
    assert [(e.subject, e.data.leg_sid, str(e.data.step)) for e in events] == [
        (CALL, CALL, "voice"),
        (CALL, CHILD, "call-status"),
        (CALL, CALL, "dial-result"),
        (CALL, CALL, "call-status"),
    ]
    assert {e.partitionkey for e in events} == {CONVERSATION}
    assert {(e.traceparent or "").split("-")[1] for e in events} != {""}


async def test_a_message_is_in_its_topic_and_never_replied_to_by_twiml(door: Door, wire: Wire) -> None:
    answer = await door.post("/twilio/message", WRITTEN | {"Body": "Grüße \N{TELEPHONE RECEIVER}"})
    assert answer.status == 200
    assert len(fromstring(answer.text)) == 0  # noqa: S314
    (event,) = await wire.heard(MESSAGES_INGESTED)
    assert (event.subject, event.partitionkey) == (MESSAGE, CONVERSATION)
    assert event.data.body == "Grüße \N{TELEPHONE RECEIVER}"


async def test_a_receipt_is_in_its_topic(door: Door, wire: Wire) -> None:
    answer = await door.post(f"/twilio/message-status?{urlencode(RECEIPT)}", DELIVERED)
    assert answer.status == 204
    (event,) = await wire.heard(RECEIPTS_INGESTED)
    assert (event.data.text_id, event.data.status, event.partitionkey) == (TEXT, "delivered", CONVERSATION)


async def test_what_is_genuine_and_not_ours_is_ignored_and_counted(door: Door, wire: Wire) -> None:
    before = counted("message", "ignored"), counted("call-status", "ignored")
    assert (await door.post("/twilio/message", WRITTEN | {"From": "72975"})).status == 204
    assert (await door.post("/twilio/call-status", ENDED | {"Direction": "outbound-api"})).status == 204
    assert (counted("message", "ignored"), counted("call-status", "ignored")) == (before[0] + 1, before[1] + 1)
    await assert_nothing_but_the_marker(door, wire)


async def test_the_old_token_is_good_during_a_rotation(door: Door) -> None:
    assert (await door.post("/twilio/voice", VOICE, token=OLD_TOKEN)).status == 200


async def test_a_webhook_that_comes_twice_at_once_is_one_event(door: Door, wire: Wire) -> None:
    answers = await asyncio.gather(*(door.post("/twilio/voice", VOICE) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    events = await wire.heard(CALLS_INGESTED, count=5)
    assert len({event.id for event in events}) == 1


async def test_a_forged_signature_is_403_and_no_record(
    door: Door, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    before = counted("voice", Refusal.SIGNATURE_WRONG)
    with caplog.at_level(logging.WARNING, logger="services.ingest"):
        answer = await door.post("/twilio/voice", VOICE, token="guess")
    assert (answer.status, answer.text) == (403, f"{Refusal.SIGNATURE_WRONG.sentence}\n")
    assert counted("voice", Refusal.SIGNATURE_WRONG) == before + 1
    (logged,) = [record for record in caplog.records if record.name.startswith("services.ingest")]
    assert logged.__dict__["reason"] == "signature_wrong"
    assert CALLER.lstrip("+") not in str(logged.__dict__)
    await assert_nothing_but_the_marker(door, wire)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param({"To": "+14155550000"}, 404, id="a number that is not connected"),
        pytest.param({"AccountSid": "AC" + "d" * 32}, 403, id="an account without credentials"),
        pytest.param({"CallSid": ""}, 400, id="no CallSid"),
    ],
)
async def test_what_belongs_to_nobody_is_refused(door: Door, wire: Wire, said: dict[str, str], status: int) -> None:
    assert (await door.post("/twilio/voice", VOICE | said)).status == status
    await assert_nothing_but_the_marker(door, wire)


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536):
        yield b"x" * 65_536


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(b"x" * 1_048_576, {}, 413, id="1 MB"),
        pytest.param(_chunks(1_048_576), {}, 413, id="1 MB in chunks, of no declared length"),
        pytest.param(b"{}", {"Content-Type": "application/json"}, 415, id="JSON"),
        pytest.param(b"\x00\xff", {"Content-Type": "rubbish"}, 415, id="a rubbish content type"),
        pytest.param(b"Body=\xff", {}, 400, id="bytes that are not UTF-8"),
        pytest.param(b"", {}, 403, id="nothing"),
    ],
)
async def test_rubbish_is_refused_and_the_next_good_call_is_taken(
    door: Door, wire: Wire, body: object, headers: Mapping[str, str], status: int
) -> None:
    answer = await door.post_raw("/twilio/voice", body, headers)
    assert answer.status == status
    assert len(answer.text.splitlines()) == 1
    await assert_nothing_but_the_marker(door, wire)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/twilio/voice", 405), ("POST", "/twilio/x", 404)])
async def test_other_methods_and_paths_are_refused_in_plain_words(
    door: Door, method: str, path: str, status: int
) -> None:
    async with door.session.request(method, f"http://127.0.0.1:{door.port}{path}") as answer:
        assert answer.status == status
        assert answer.content_type == "text/plain"


async def test_a_number_that_is_connected_later_is_known_without_a_restart(door: Door, wire: Wire) -> None:
    call = VOICE | {"To": NEW_NUMBER}
    assert (await door.post("/twilio/voice", call)).status == 404
    await wire.say(changed(business(version=2, numbers=(NUMBER, NEW_NUMBER))))
    async with asyncio.timeout(30):
        while (answer := await door.post("/twilio/voice", call)).status != 200:
            assert answer.status == 404
            await asyncio.sleep(0.05)
    (event,) = await wire.heard(CALLS_INGESTED)
    assert (event.data.called, event.data.business_version, event.data.account_sid) == (NEW_NUMBER, 2, ACCOUNT)
