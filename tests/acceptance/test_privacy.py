"""No phone number, no message and no token stands in a log, a metric or a record key, whatever was played."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, quote_plus, urlencode

import pytest
from aiohttp import ClientSession

from local.system import TOPICS_FILE, System
from missedcall.demo import SCENES
from missedcall.stage.play import Stage
from missedcall.stage.scene import Business, Scene, Step, Text, load_scenes
from runtime.topics import declared_topics
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED
from schemas.texts import TEXTS_SCREENED
from tests.acceptance.leaks import Secrets, leaks
from tests.integration.wire import Wire
from tests.waiting import until

NUMBER = "+14155550123"
QUESTION = "Could somebody look at the leaking boiler on Thursday?"
ENOUGH_NUMBERS = 500

ASKS = Scene(
    name="Somebody asks",
    businesses={"acme": Business(name="Acme Plumbing")},
    steps=(Step(text=Text(author="ann", to="acme", body=QUESTION), becomes=("heard",)),),
)


@pytest.fixture(scope="module")
async def secrets(system: System, stage: Stage) -> Secrets:
    """Every scene is played, with numbers that we know; then what is refused quotes a number and a message too."""
    numbers = [next(stage.numbers) for _ in range(ENOUGH_NUMBERS)]
    taken: Iterator[str] = iter(numbers)
    stage.numbers = taken
    outcomes = await stage.play_all([*load_scenes(SCENES), ASKS])
    assert [outcome.observed for outcome in outcomes if not outcome.ok] == []
    used = numbers[: ENOUGH_NUMBERS - len(list(taken))]
    assert len(used) > len(outcomes)
    await _refused(system, used[0])
    bodies = {message["body"] for message in await stage.twilio.messages()} | {QUESTION}
    tokens = {file.read_text().strip() for file in system.credentials.iterdir()}
    keys = {system.environment["MISSEDCALL_IDENTITY_KEY"]}
    long_enough = {body for body in bodies if len(body) > len("START")}
    return Secrets(numbers=frozenset(used), words=frozenset(long_enough | tokens | keys))


async def _refused(system: System, number: str) -> None:
    """A webhook that nobody signed, and records that cannot be read."""
    form = {"AccountSid": "AC" + "0" * 32, "From": number, "Body": QUESTION}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    query = urlencode({"caller": number})
    url = f"{system.ingest}/twilio/message?{query}"
    async with ClientSession() as session, session.post(url, data=urlencode(form), headers=headers) as answer:
        assert answer.status == 403
    wire = Wire(system.stack, system.environment["MISSEDCALL_NAMESPACE"])
    topics = {"decider": CALLS_INGESTED.name, "compliance": CALLS_DECIDED.name, "sender": TEXTS_SCREENED.name}
    unread = f'{{"data": {{"caller": "{number}", "body": "{QUESTION}"}}}}'.encode()
    tables = ("businesses.changed.v1", "consents.changed.v1")
    await wire.say_raw(*((topic, b"unread", unread) for topic in (*topics.values(), *tables)))
    for service in topics:
        await wire.heard_raw(f"{service}.dead-letters.v1", until=bool)
    await until(lambda: "row_rejected" in (system.folder / "compliance.log").read_text(errors="replace"))


async def test_nothing_of_it_stands_in_a_log(system: System, secrets: Secrets) -> None:
    logs = {path.name: path.read_text(errors="replace") for path in system.folder.glob("*.log*")}
    assert {f"{service}.log" for service in system.ops} <= logs.keys()
    assert "webhook_refused" in logs["ingest.log"]
    assert "row_rejected" in logs["compliance.log"]
    assert leaks(secrets, logs) == []


async def test_nothing_of_it_stands_in_a_metric(system: System, secrets: Secrets) -> None:
    metrics = {name: await text_of(f"{url}/metrics") for name, url in system.ops.items()}
    assert "missedcall_dead_letters" in metrics["decider"]
    assert leaks(secrets, metrics) == []


async def text_of(url: str) -> str:
    async with ClientSession() as session, session.get(url) as answer:
        return await answer.text()


async def test_nothing_of_it_stands_in_a_record_key(system: System, secrets: Secrets) -> None:
    wire = Wire(system.stack, system.environment["MISSEDCALL_NAMESPACE"])
    keys = {topic.name: await _keys(wire, topic.name) for topic in declared_topics(TOPICS_FILE)}
    assert keys[CALLS_INGESTED.name]
    assert leaks(secrets, keys) == []


async def _keys(wire: Wire, topic: str) -> str:
    standing = await wire.count(topic)
    records = await wire.heard_raw(topic, until=lambda records: len(records) >= standing)
    return "\n".join(record.key for record in records)


@pytest.mark.parametrize(
    "written",
    [
        "+14155550123",
        "14155550123",
        "0014155550123",
        "4155550123",
        "(415) 555-0123",
        "415-555-0123",
        "415.555.0123",
        "+1 415 555 0123",
        "+1 (415) 555-0123",
        quote("+14155550123"),
        quote("%2B14155550123"),
        quote("(415) 555-0123"),
        quote_plus("(415) 555-0123"),
        quote_plus("+1 415-555-0123").lower(),
        '{"From": "\\u002b14155550123"}',
        "a1b2c34155550123d4",
    ],
)
def test_a_number_that_is_planted_is_found_in_every_form_it_can_be_written_in(written: str) -> None:
    planted = Secrets(numbers=frozenset({NUMBER}), words=frozenset())
    assert leaks(planted, {"a log": f"at 12:00 a call of {written}, refused"}) == [f"a log: {NUMBER}"]
    assert leaks(planted, {"a log": "at 12:00 a call of +14155550124, 415-555-012, 2026-11-24 10:15:32.155"}) == []


@pytest.mark.parametrize(
    "written",
    [QUESTION, QUESTION[:20], QUESTION[7:35], QUESTION[-20:], quote(QUESTION), quote_plus(QUESTION)],
    ids=["whole", "beginning", "middle", "end", "percent-encoded", "as a form"],
)
def test_a_message_that_is_planted_is_found_whole_and_in_part(written: str) -> None:
    planted = Secrets(numbers=frozenset(), words=frozenset({QUESTION}))
    assert leaks(planted, {"a log": f"somebody wrote {written}"}) != []
    assert leaks(planted, {"a log": "somebody wrote a message of 54 characters"}) == []
