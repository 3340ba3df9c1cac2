"""The audit on a real Kafka and MongoDB: every record once, to the byte, whatever it is and however often it comes."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorCollection

from runtime.dead_letters import dead_letters_topic
from runtime.events import Outgoing
from runtime.mongo import database_name, mongo_client
from runtime.settings import RuntimeSettings
from schemas.calls import CALLS_DECIDED
from schemas.catalogue import TOPICS
from services.audit import NAME
from services.audit.app import build
from services.audit.cluster import cluster_id
from services.audit.entries import entry_of
from services.audit.reading import naming_any
from services.audit.state import COLLECTION, Ledger, PlaceTaken
from tests.integration.wire import Wire
from tests.unit.services.audit.records import (
    CALL,
    CONVERSATION,
    TEXT,
    decided,
    ingested,
    raw,
    receipt,
    record,
    screened,
)

TOPIC = CALLS_DECIDED.name
Records = AsyncIOMotorCollection[dict[str, Any]]


@pytest.fixture
async def records(wire: Wire) -> AsyncIterator[Records]:
    """What the audit of this test's namespace wrote down."""
    client = mongo_client(wire.stack.mongodb, application="tests")
    yield client[database_name(NAME, namespace=wire.namespace)][COLLECTION]
    client.close()


@pytest.fixture
def settings(wire: Wire) -> RuntimeSettings:
    return RuntimeSettings(**wire.settings)


async def written(records: Records, count: int) -> list[dict[str, Any]]:
    """All entries, once there are so many."""
    async with asyncio.timeout(30):
        while await records.count_documents({}) < count:  # noqa: ASYNC110 - it happens in a database
            await asyncio.sleep(0.05)
    return [entry async for entry in records.find().sort([("topic", 1), ("offset", 1)])]


async def test_every_topic_is_written_down_with_its_place_and_bytes(
    wire: Wire, settings: RuntimeSettings, records: Records
) -> None:
    async with build(settings).running():
        await wire.say_raw(*((topic.name, b"k", f"{topic.name} says".encode()) for topic in TOPICS))
        entries = await written(records, len(TOPICS))
    assert {entry["topic"]: entry["value"] for entry in entries} == {
        topic.name: f"{topic.name} says".encode() for topic in TOPICS
    }
    clusters = {entry["cluster"] for entry in entries}
    assert len(clusters) == 1
    assert clusters != {""}
    assert {entry["_id"] for entry in entries} == {
        f"{entry['cluster']}/{entry['topic']}/{entry['partition']}/{entry['offset']}" for entry in entries
    }


async def test_what_people_ask_is_answered_from_an_index(
    wire: Wire, settings: RuntimeSettings, records: Records
) -> None:
    async with build(settings).running():
        await wire.say(ingested(), decided(), screened(), receipt())
        await written(records, 4)
    for question, answers in (
        ({"call_sid": CALL}, 3),
        ({"message_sid": "SM1"}, 1),
        ({"conversation_id": CONVERSATION}, 4),
        ({"business_id": "b_1", "day": "2030-01-31"}, 4),
        (naming_any([TEXT, "SM404"]), 2),
    ):
        plan = await records.find(question).explain()
        assert plan["executionStats"]["totalDocsExamined"] == answers
        assert plan["executionStats"]["nReturned"] == answers


@pytest.mark.parametrize("value", [b"", None, b"\xff\xfe\x00", b"[" * 50_000], ids=["empty", "null", "bytes", "deep"])
async def test_rubbish_is_kept_and_the_next_good_record_too(
    wire: Wire, settings: RuntimeSettings, records: Records, value: bytes | None
) -> None:
    good = decided()
    async with build(settings).running():
        await wire.say_raw((TOPIC, b"\xff", value), (TOPIC, b"\xff", Outgoing.of(good).value))
        bad_entry, good_entry = await written(records, 2)
    assert (bad_entry["value"], "problem" in bad_entry) == (value or b"", True)
    assert (good_entry["event_id"], "problem" in good_entry) == (good.id, False)
    assert await wire.count(dead_letters_topic(NAME).name) == 0


async def rewind(wire: Wire) -> None:
    """The group's offsets as they were before its first commit: what a crash before the commit leaves."""
    consumer = AIOKafkaConsumer(bootstrap_servers=wire.stack.kafka, group_id=wire.namespace + NAME)
    partitions = [TopicPartition(wire.namespace + topic.name, 0) for topic in TOPICS]
    partitions += [TopicPartition(wire.namespace + "calls.decided.v1", number) for number in range(1, 6)]
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 0))
    finally:
        await consumer.stop()


async def test_what_is_delivered_again_after_a_crash_is_written_down_once(
    wire: Wire, settings: RuntimeSettings, records: Records
) -> None:
    """The crash came in the middle of a batch: some of it stands, some does not, and nothing was committed."""
    events = [decided(revision=number) for number in range(1, 6)]
    async with build(settings).running():
        await wire.say(*events)
        before = await written(records, 5)
    await records.delete_many({"_id": {"$in": [entry["_id"] for entry in before[1::2]]}})
    await rewind(wire)
    async with build(settings).running():
        assert await written(records, 5) == before
        await wire.say(decided(revision=6))
        assert len(await written(records, 6)) == 6


async def test_another_record_under_the_same_place_is_never_passed_over(records: Records) -> None:
    """As after a topic was deleted and made anew: the offsets begin again at 0."""
    ledger = Ledger(records)
    first = entry_of(raw(TOPIC, b"one"), cluster="k")
    assert await ledger.keep([first]) == {first["_id"]}
    assert await ledger.keep([first]) == set()
    with pytest.raises(PlaceTaken, match=f"k/{TOPIC}/3/0"):
        await ledger.keep([entry_of(raw(TOPIC, b"two"), cluster="k")])
    assert [entry["value"] async for entry in records.find()] == [b"one"]


async def test_a_record_whose_place_is_taken_goes_to_the_dead_letters_and_the_others_are_written_down(
    wire: Wire, settings: RuntimeSettings, records: Records
) -> None:
    cluster = await cluster_id(wire.stack.kafka)
    entry = entry_of(record(decided()), cluster=cluster)
    taken = [entry | {"_id": f"{cluster}/{TOPIC}/{partition}/0", "value": b"other"} for partition in range(6)]
    await records.insert_many(taken)
    await wire.say(decided(), decided(revision=2), ingested())
    async with build(settings).running():
        entries = await written(records, 8)
        [letter] = await wire.heard(dead_letters_topic(NAME))
    assert (letter.data.topic, letter.data.offset, letter.data.reason) == (TOPIC, 0, "PlaceTaken")
    assert base64.b64decode(letter.data.value_base64) == Outgoing.of(decided()).value
    assert [e["value"] for e in entries if e["offset"] == 0 and e["topic"] == TOPIC] == [b"other"] * 6
