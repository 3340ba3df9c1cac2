"""What nobody should send is refused in clear words, each by whoever meets it first, and harms nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import pytest
from aiohttp import ClientSession

from local.system import System
from missedcall.demo import SCENES
from missedcall.stage.play import Stage
from missedcall.stage.scene import load_scene
from runtime.dead_letters import dead_letters_topic
from schemas.businesses import BUSINESSES_CHANGED
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED
from schemas.consents import CONSENTS_CHANGED, CONSENTS_REQUESTED
from schemas.controls import CONTROLS_CHANGED
from schemas.messages import MESSAGES_INGESTED, RECEIPTS_INGESTED
from schemas.texts import TEXTS_DISPATCHED, TEXTS_SCREENED, TextScreened
from tests.acceptance.terminal import Typed, environment, typed
from tests.integration.wire import Wire
from tests.unit.services.ingest.webhooks import ACCOUNT, TOKEN, VOICE, signature

FORM = "application/x-www-form-urlencoded"
MEGABYTE = b"Body=" + b"a" * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """A request at ingest's door, and how it must be turned away."""

    status: int
    says: str
    body: bytes = urlencode(VOICE).encode()
    kind: str = FORM
    token: str | None = TOKEN
    in_pieces: bool = False


KNOCKS = {
    "a forged signature": Knock(token="another", status=403, says="the signature does not fit"),
    "no signature": Knock(token=None, status=403, says="the signature does not fit"),
    "an account that is not ours": Knock(body=b"AccountSid=AC1", status=403, says="no credentials are known"),
    "bytes that are no text": Knock(body=b"\xff\xfe=\x00", status=400, says="not UTF-8"),
    "a thousand fields": Knock(body=b"&".join([b"a=b"] * 1000), status=400, says="too many fields"),
    "a webhook without a call": Knock(body=f"AccountSid={ACCOUNT}".encode(), status=400, says="missing or malformed"),
    "a number not connected": Knock(status=404, says="no business is connected with this number"),
    "JSON": Knock(body=b"{}", kind="application/json", status=415, says=f"the body must be {FORM}"),
    "nothing at all": Knock(body=b"", kind="", status=415, says=f"the body must be {FORM}"),
    "a megabyte": Knock(body=MEGABYTE, status=413, says="larger than 64 KiB"),
    "a megabyte of unsaid length": Knock(body=MEGABYTE, in_pieces=True, status=413, says="larger than 64 KiB"),
}

# Who consumes which topics: what cannot be read there is a dead letter.
CONSUMED = {
    CALLS_INGESTED.name: "decider",
    "decider.due.v1": "decider",
    CALLS_DECIDED.name: "compliance",
    MESSAGES_INGESTED.name: "compliance",
    TEXTS_DISPATCHED.name: "compliance",
    CONSENTS_REQUESTED.name: "compliance",
    TEXTS_SCREENED.name: "sender",
    RECEIPTS_INGESTED.name: "sender",
}
# Kept as tables: what cannot be read there is passed over.
TABLES = (BUSINESSES_CHANGED.name, CONSENTS_CHANGED.name, CONTROLS_CHANGED.name)

_ENVELOPE = {
    "id": "1",
    "source": "/nobody",
    "type": "weather.changed.v1",
    "time": "2026-03-02T15:00:00Z",
    "subject": "sky",
    "partitionkey": "unread",
}
# The value, and what a dead letter says of it.
UNREADABLE = {
    "no JSON": (b"\xff\x00\x80", "json_invalid"),
    "JSON cut short": (b'{"specversion": "1.0", "da', "json_invalid"),
    "an empty record": (b"", "json_invalid"),
    "a wrong event": (json.dumps(_ENVELOPE | {"data": {"sky": "clear"}}).encode(), "missing"),
}

Answers = Mapping[str, tuple[int, str]]
Reasons = Mapping[tuple[str, bytes], str]


@pytest.fixture(scope="module")
def wire(system: System) -> Wire:
    return Wire(system.stack, system.environment["MISSEDCALL_NAMESPACE"])


@pytest.fixture(scope="module")
async def answers(system: System) -> Answers:
    """To every knock, by its name."""
    (system.credentials / ACCOUNT).write_text(TOKEN)
    async with ClientSession() as session:
        return {name: await _knock(session, system, knock) for name, knock in KNOCKS.items()}


async def _knock(session: ClientSession, system: System, knock: Knock) -> tuple[int, str]:
    url = f"{system.ingest}/twilio/voice"
    headers = {"Content-Type": knock.kind}
    if knock.token is not None:
        said = parse_qsl(knock.body.decode(errors="replace"), keep_blank_values=True)
        headers["X-Twilio-Signature"] = signature(knock.token, url, said)
    data = _pieces(knock.body) if knock.in_pieces else knock.body
    async with session.post(url, data=data, headers=headers) as answer:
        return answer.status, await answer.text()


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 50_000):
        yield body[start : start + 50_000]


@pytest.fixture(scope="module")
async def reasons(wire: Wire) -> Reasons:
    """Of every dead letter, by the topic that its record stood in and the record's bytes."""
    values = [value for value, _ in UNREADABLE.values()]
    await wire.say_raw(*((topic, b"unread", value) for topic in (*CONSUMED, *TABLES) for value in values))
    found: dict[tuple[str, bytes], str] = {}
    for service in sorted(set(CONSUMED.values())):
        count = len(values) * sum(consumer == service for consumer in CONSUMED.values())
        for letter in await wire.heard(dead_letters_topic(service), count=count):
            found[letter.data.topic, base64.b64decode(letter.data.value_base64)] = letter.data.reason
    return found


@pytest.fixture(scope="module")
async def nameless(system: System) -> Typed:
    """A business whose text would not say who sends it."""
    arguments = ["--name", "Nameless", "--number", "+14155550199", "--account-sid", ACCOUNT, "--mode", "overflow"]
    words = ["--template", "Sorry, we will call you back"]
    return await typed(["business", "add", *arguments, *words], environment(**system.environment))


@pytest.mark.parametrize("name", KNOCKS)
def test_a_request_that_is_no_webhook_for_us_is_turned_away_with_a_plain_reason(name: str, answers: Answers) -> None:
    status, sentence = answers[name]
    assert status == KNOCKS[name].status
    assert KNOCKS[name].says in sentence


@pytest.mark.parametrize("topic", CONSUMED)
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_record_that_cannot_be_read_becomes_a_dead_letter_with_its_bytes_and_the_reason(
    topic: str, name: str, reasons: Reasons
) -> None:
    value, reason = UNREADABLE[name]
    assert reason in reasons[topic, value]


async def test_a_template_without_the_business_name_is_refused_and_the_next_step_said(
    system: System, nameless: Typed
) -> None:
    assert (nameless.code, nameless.out) == (2, "")
    assert nameless.err.startswith("--template: the template lacks the business's name: write {business}")
    assert "leave --template out for the usual words" in nameless.err
    listed = await typed(["business", "list", "--json"], environment(**system.environment))
    assert "Nameless" not in listed.out


@pytest.mark.usefixtures("answers", "reasons", "nameless")
async def test_after_all_of_them_the_next_missed_call_still_gets_its_text(
    system: System, stage: Stage, wire: Wire
) -> None:
    """And no service had to be started again for it."""
    pids = dict(system.pids)
    [outcome] = await stage.play_all([load_scene(SCENES / "02-no-answer.toml")])
    assert outcome.observed == outcome.expected
    [text] = [e.data for e in stage.observer.events(outcome.steps[0].about) if isinstance(e.data, TextScreened)]
    assert text.recipient is not None
    assert text.words is not None
    assert [reached.body for reached in await stage.twilio.phone(text.recipient)] == [text.words.body]
    assert dict(system.pids) == pids
    assert await wire.count("audit.dead-letters.v1") == 0
