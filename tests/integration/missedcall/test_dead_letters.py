"""`missedcall dead-letters`: a record that a release could not handle, until the next one has handled it, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runtime.dead_letters import dead_letters_topic
from runtime.errors import TooManyDeadLetters
from runtime.events import Event, Outgoing
from runtime.records import RawRecord, Record
from runtime.service import Service
from runtime.settings import RuntimeSettings
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED, CallIngested
from services.decider.app import build
from services.decider.settings import Settings
from tests.integration.commands import Command, terminal
from tests.integration.wire import Wire
from tests.unit.services.decider.webhooks import START, dialled

LETTERS = dead_letters_topic("decider")
CALLER = "+14155550100"
KEY = b"c1_x"
TOPIC = CALLS_INGESTED.name


class Broken(Exception):  # noqa: N818 - it stands in a dead letter as its reason
    """What a release with a mistake in it raises."""


def busy(number: int = 1) -> Event[CallIngested]:
    """A call that ended just now, as the mended release decides it: missed, nobody was free."""
    sid = f"CA{number:032}"
    fact = dialled("busy").model_copy(
        update={
            "call_sid": sid,
            "leg_sid": sid,
            "caller": CALLER,
            "received_at": datetime.now(UTC) - timedelta(seconds=1),
        }
    )
    return CALLS_INGESTED.event(
        fact, source="/ingest", subject=sid, transition="dialled", key=fact.conversation_id, time=START
    )


def broken(wire: Wire, **more: Any) -> Service:
    """A decider whose handler breaks on every call."""

    async def breaks(_: Sequence[Record]) -> Sequence[Outgoing]:
        raise Broken

    service = Service("decider", RuntimeSettings(**wire.settings, **more))
    service.consume({TOPIC: CALLS_INGESTED.parse}, breaks)
    return service


def mended(wire: Wire, **more: Any) -> Service:
    return build(Settings(**wire.settings, grace_seconds=0.2, **more))


async def rejected(wire: Wire, count: int = 1) -> list[str]:
    """The ids of the dead letters, once there are so many."""
    return [letter.id for letter in await wire.heard(LETTERS, count=count)]


async def ingested(wire: Wire, count: int) -> list[RawRecord]:
    return await wire.heard_raw(TOPIC, until=lambda records: len(records) >= count)


def whole(record: RawRecord, *, less: Sequence[str] = ()) -> tuple[Any, ...]:
    """All that a producer writes."""
    headers = [header for header in record.headers if header[0] not in less]
    return record.partition, record.key_bytes, record.tombstone, record.value, headers


async def asked(command: Command, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
    """What a machine is told."""
    told = await command("dead-letters", *arguments, "--json")
    assert (told.exit_code, told.stderr) == (exit_code, "")
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


async def test_a_record_that_broke_a_release_is_listed_shown_replayed_to_the_mended_one_and_decided_once(
    wire: Wire, command: Command
) -> None:
    async with broken(wire).running():
        await wire.say(busy())
        (id_,) = await rejected(wire)
    (group,) = (await asked(command, "list"))["groups"]
    assert (group["service"], group["topic"], group["reason"]) == ("decider", TOPIC, "Broken")
    assert (group["count"], group["waiting"], group["attempts"]) == (1, 1, 1)
    shown = await command("dead-letters", "show", id_)
    assert f"missedcall dead-letters replay {id_}" in shown.stdout
    async with mended(wire).running():
        assert (await asked(command, "replay", id_))["counts"]["replayed"] == 1
        decided = await wire.heard(CALLS_DECIDED)
        assert (await asked(command, "replay", id_))["counts"]["replayed before"] == 1
        assert (await asked(command, "replay", "--all"))["counts"]["replayed before"] == 1
        await wire.say(busy(2))
        decided = await wire.heard(CALLS_DECIDED, count=2)
    assert [event.subject[-1] for event in decided] == ["1", "2"]
    assert await wire.count(TOPIC) == 3  # as it came, its one replay, the second call
    (group,) = (await asked(command, "list"))["groups"]
    assert (group["waiting"], group["replayed"]) == (0, 1)


async def test_replayed_again_on_purpose_it_is_the_same_event_and_the_same_decision(
    wire: Wire, command: Command
) -> None:
    async with broken(wire).running():
        await wire.say(busy())
        (id_,) = await rejected(wire)
    async with mended(wire).running():
        await asked(command, "replay", id_)
        assert (await asked(command, "replay", id_, "--again"))["counts"]["replayed"] == 1
        await wire.say(busy(2))
        decided = await wire.heard(CALLS_DECIDED, until=lambda events: any(e.subject[-1] == "2" for e in events))
    assert await wire.count(TOPIC) == 4
    assert len({event.id for event in decided}) == 2
    shown = await asked(command, "show", id_)
    assert (shown["replays"], len(set(shown["replayed_to"]))) == (2, 2)


async def test_the_payload_is_shown_only_where_it_is_asked_for(wire: Wire, command: Command) -> None:
    async with broken(wire).running():
        await wire.say(busy())
        (id_,) = await rejected(wire)
    for closed in (["list", "--each"], ["list", "--json"], ["show", id_], ["show", id_, "--json"]):
        assert CALLER not in (await command("dead-letters", *closed)).output
    assert CALLER in (await command("dead-letters", "show", id_, "--payload")).stdout
    assert CALLER in (await asked(command, "show", id_, "--payload"))["payload"]


Written = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
WRITTEN: dict[str, Written] = {
    "rubbish": (KEY, b"{rubbish", []),
    "no text anywhere": (KEY, b"\xff\x00", [("h", b"\xff\xfe"), ("h", b"twice"), ("n", None)]),
    "a key that is no text": (b"\xff\xfe", b"{", []),
    "no key": (None, b"{", []),
    "an empty key": (b"", b"{", []),
    "a long key": (b"k" * 5_000, b"{", []),
    "a tombstone": (KEY, None, [("traceparent", b"00-1")]),
    "an empty value": (KEY, b"", []),
}


async def test_what_is_replayed_is_the_record_to_the_byte_in_the_partition_that_it_came_from(
    wire: Wire, command: Command
) -> None:
    async with broken(wire).running():
        for key, value, headers in WRITTEN.values():
            await wire.say_raw((TOPIC, key, value), headers=headers)
        ids = await rejected(wire, len(WRITTEN))
    assert (await asked(command, "replay", *ids, "--force"))["counts"]["replayed"] == len(WRITTEN)
    records = await ingested(wire, 2 * len(WRITTEN))
    added = ("replayed_from", "replayed_at", "attempt")
    replayed = [record for record in records if dict(record.headers).get("attempt") == b"2"]
    assert sorted(map(repr, (whole(record, less=added) for record in replayed))) == sorted(
        repr(whole(record)) for record in records if record not in replayed
    )
    assert {dict(record.headers)["replayed_from"] for record in replayed} == {id_.encode() for id_ in ids}


async def test_what_cannot_be_read_still_is_left_where_it_is_and_says_why(wire: Wire, command: Command) -> None:
    async with mended(wire).running():
        await wire.say_raw((TOPIC, KEY, b"{rubbish"))
        (id_,) = await rejected(wire)
    left = await command("dead-letters", "replay", "--all")
    assert left.exit_code == 1
    assert f"{id_}  unreadable still: record: json_invalid; it would come back" in left.stdout
    assert await wire.count(TOPIC) == 1
    shown = await asked(command, "show", id_)
    assert (shown["readable"], shown["problem"]) == (False, "record: json_invalid")


async def test_a_record_that_comes_back_each_time_counts_its_attempts(wire: Wire, command: Command) -> None:
    async with broken(wire).running():
        await wire.say_raw((TOPIC, KEY, Outgoing.of(busy()).value), headers=[("traceparent", b"00-1")])
        for attempt in (1, 2, 3):
            ids = await rejected(wire, attempt)
            shown = await asked(command, "show", ids[-1])
            assert shown["attempt"] == attempt
            await asked(command, "replay", "--service", "decider", "--reason", "Broken")
        ids = await rejected(wire, 4)
    (group,) = (await asked(command, "list"))["groups"]
    assert [letter["attempt"] for letter in group["letters"]] == [1, 2, 3, 4]
    assert (group["attempts"], group["came_back"], group["waiting"]) == (4, 3, 1)
    shown = await asked(command, "show", ids[0])
    assert (shown["came_back_as"], shown["headers"]) == (ids[1], {"traceparent": "00-1"})
    headers = (await ingested(wire, 4))[-1].headers
    assert sorted(name for name, _ in headers) == ["attempt", "replayed_at", "replayed_from", "traceparent"]


async def test_after_the_stop_a_mended_release_is_started_and_everything_flows(wire: Wire, command: Command) -> None:
    await wire.say(*(busy(number) for number in range(1, 7)))
    async with asyncio.timeout(30):
        with pytest.raises(TooManyDeadLetters, match="missedcall dead-letters accept decider"):
            await broken(wire, dead_letters_limit=3).run()
    (held,) = (await asked(command, "list"))["held"]
    assert held == {"service": "decider", "topic": TOPIC, "reason": "Broken", "count": 6}
    assert "6 in no topic of dead letters" in (await command("dead-letters", "list")).stdout
    async with mended(wire, dead_letters_limit=3).running():
        await wire.heard(CALLS_DECIDED, count=6)
    assert await wire.count(LETTERS.name) == 0


async def test_after_the_stop_what_is_accepted_is_put_aside_the_rest_flows_and_a_replay_brings_back_all(
    wire: Wire, command: Command
) -> None:
    await wire.say(*(busy(number) for number in range(1, 7)))
    for _ in range(2):  # a restart alone is no way out
        async with asyncio.timeout(30):
            with pytest.raises(TooManyDeadLetters):
                await broken(wire, dead_letters_limit=3).run()
    assert (await asked(command, "accept", "decider"))["accepted"] == 6
    async with broken(wire, dead_letters_limit=3).running():
        assert len(set(await rejected(wire, 6))) == 6
        await wire.say(busy(7))
        await rejected(wire, 7)
    async with mended(wire, dead_letters_limit=3).running():
        assert (await asked(command, "replay", "--all"))["counts"]["replayed"] == 7
        decided = await wire.heard(CALLS_DECIDED, count=7)
    assert {event.subject[-1] for event in decided} == set("1234567")
    assert (await asked(command, "list"))["held"] == []


async def test_the_limit_holds_again_for_what_comes_after_it_was_accepted(wire: Wire, command: Command) -> None:
    for round_ in (0, 1):
        await wire.say(*(busy(10 * round_ + number) for number in range(4)))
        async with asyncio.timeout(30):
            with pytest.raises(TooManyDeadLetters):
                await broken(wire, dead_letters_limit=3).run()
        assert (await asked(command, "accept", "decider"))["accepted"] == 4
    assert (await asked(command, "accept", "decider"))["accepted"] == 0


async def test_the_list_takes_a_redelivered_letter_once_and_names_what_is_none(wire: Wire, command: Command) -> None:
    async with broken(wire).running():
        await wire.say(busy())
        await rejected(wire)
    (letter,) = await wire.heard_raw(LETTERS.name, until=lambda records: len(records) == 1)
    await wire.say_raw((LETTERS.name, KEY, letter.value), (LETTERS.name, KEY, b"rubbish"))
    listed = await asked(command, "list")
    assert (listed["groups"][0]["count"], listed["passed_over"]) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["show", "nothing"], "there is no dead letter nothing: `missedcall dead-letters list --each`"),
        (["replay", "nothing"], "there is no dead letter nothing: `missedcall dead-letters list --each`"),
        (["replay"], "which ones?"),
        (["replay", "x", "--all"], "which ones?"),
        (["replay", "--all", "--service", "decider"], "which ones?"),
        (["list", "--service", "ingest"], "no such service has dead letters"),
        (["list", "--since", "yesterday"], "--since: 'yesterday' is no time"),
        (["accept", "nobody"], "no such service has dead letters"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
async def test_bad_input_says_what_would_be_good(command: Command, arguments: list[str], problem: str) -> None:
    failed = await command("dead-letters", *arguments)
    assert failed.exit_code == 2
    assert problem in failed.stderr


async def test_a_kafka_that_is_away_is_named(wire: Wire, tmp_path: Path) -> None:
    away = replace(wire, stack=replace(wire.stack, kafka="127.0.0.1:1"))
    failed = await terminal(away, tmp_path)("dead-letters", "list")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "Kafka does not answer" in failed.stderr


async def test_topics_that_are_missing_are_named(wire: Wire, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISSEDCALL_NAMESPACE", f"new{wire.namespace}")
    failed = await command("dead-letters", "list")
    assert failed.exit_code == 1
    assert "decider.dead-letters.v1 has 0 partitions" in failed.stderr
