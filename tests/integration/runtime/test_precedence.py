"""A topic that goes first: what stands in it when others are handled has been handled before them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from runtime.precedence import Precedence
from tests.integration.runtime.ground import Ground
from tests.integration.runtime.toy import PINGS, PONGS

FIRST, THEN = PONGS.name, PINGS.name


def at(ground: Ground, topic: str, partition: int) -> TopicPartition:
    return TopicPartition(ground.namespace + topic, partition)


async def say(ground: Ground, topic: str, partition: int, *values: bytes) -> None:
    await ground.say_raw(*((topic, None, value) for value in values), partition=partition)


@pytest.fixture
async def precedence(ground: Ground) -> AsyncIterator[Precedence]:
    one = Precedence(ground.kafka, first=[ground.namespace + FIRST])
    yield one
    await one.stop()


@asynccontextmanager
async def reading(ground: Ground) -> AsyncIterator[AIOKafkaConsumer]:
    """Partitions 0 and 1 of both topics, whose beginnings are known."""
    consumer = AIOKafkaConsumer(bootstrap_servers=ground.kafka, fetch_max_wait_ms=50, auto_offset_reset="earliest")
    await consumer.start()
    try:
        assigned = [at(ground, topic, number) for topic in (FIRST, THEN) for number in (0, 1)]
        consumer.assign(assigned)
        for partition in assigned:
            assert await consumer.position(partition) == 0
        yield consumer
    finally:
        await consumer.stop()


async def fetched(consumer: AIOKafkaConsumer, *partitions: TopicPartition) -> Mapping[TopicPartition, Sequence[Any]]:
    """Of these partitions alone, as if what is in the others had not come yet."""
    found: dict[TopicPartition, list[ConsumerRecord]] = {}
    while not found:
        found = await consumer.getmany(*partitions, timeout_ms=1_000)
    return found


def values(found: Mapping[TopicPartition, Sequence[Any]]) -> list[bytes]:
    return [record.value for records in found.values() for record in records]


async def handled(consumer: AIOKafkaConsumer, precedence: Precedence, *, count: int) -> list[bytes]:
    said: list[bytes] = []
    while len(said) < count:
        found = await consumer.getmany(timeout_ms=1_000)
        said += values(await precedence.kept(consumer, found))
    return said


async def test_what_was_fetched_later_and_goes_first_is_handled_first(ground: Ground, precedence: Precedence) -> None:
    """Both stood in Kafka; only the one that must wait had been fetched. It is put back, and comes once."""
    async with reading(ground) as consumer:
        await say(ground, FIRST, 0, b"stop")
        await say(ground, THEN, 0, b"call 1", b"call 2")
        found = await fetched(consumer, at(ground, THEN, 0))
        assert await precedence.kept(consumer, found) == {}
        said = await handled(consumer, precedence, count=3)
        assert said == [b"stop", b"call 1", b"call 2"]


async def test_other_partitions_hold_other_conversations_that_do_not_wait(
    ground: Ground, precedence: Precedence
) -> None:
    async with reading(ground) as consumer:
        await say(ground, FIRST, 0, b"stop")
        await say(ground, THEN, 0, b"waits")
        await say(ground, THEN, 1, b"goes on")
        found: dict[TopicPartition, Sequence[Any]] = {}
        while len(found) < 2:
            found |= await fetched(consumer, at(ground, THEN, 0), at(ground, THEN, 1))
        kept = await precedence.kept(consumer, found)
        assert values(kept) == [b"goes on"]
        assert await handled(consumer, precedence, count=2) == [b"stop", b"waits"]


@pytest.mark.parametrize("before", [(), (b"stop",)])
async def test_where_nothing_is_left_of_it_nothing_waits(
    ground: Ground, precedence: Precedence, before: tuple[bytes, ...]
) -> None:
    async with reading(ground) as consumer:
        if before:
            await say(ground, FIRST, 0, *before)
            assert values(await fetched(consumer, at(ground, FIRST, 0))) == [*before]
        await say(ground, THEN, 0, b"call")
        found = await fetched(consumer, at(ground, THEN, 0))
        assert values(await precedence.kept(consumer, found)) == [b"call"]


async def test_a_silent_partition_keeps_its_own_calls_waiting_and_no_others(
    ground: Ground, precedence: Precedence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in it cannot be known, as where it has no leader. What goes first is never kept back."""
    async with reading(ground) as consumer:
        ask = precedence._ends
        await ask([at(ground, FIRST, 0)])

        async def silent(partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
            if at(ground, FIRST, 0) in partitions:
                await asyncio.Event().wait()
            return await ask(partitions)

        monkeypatch.setattr(precedence, "_ends", silent)
        await say(ground, FIRST, 1, b"stop")
        await say(ground, THEN, 0, b"waits")
        await say(ground, THEN, 1, b"goes on")
        found: dict[TopicPartition, Sequence[Any]] = {}
        while len(found) < 3:
            found |= await fetched(consumer)
        kept = await precedence.kept(consumer, found)
        assert sorted(values(kept)) == [b"goes on", b"stop"]
        monkeypatch.undo()
        assert await handled(consumer, precedence, count=1) == [b"waits"]


async def test_what_goes_first_comes_first_in_the_batch_too(ground: Ground, precedence: Precedence) -> None:
    async with reading(ground) as consumer:
        await say(ground, THEN, 0, b"call")
        found = {**await fetched(consumer, at(ground, THEN, 0))}
        await say(ground, FIRST, 0, b"stop")
        found |= await fetched(consumer, at(ground, FIRST, 0))
        assert values(await precedence.kept(consumer, found)) == [b"stop", b"call"]


async def test_who_was_asked_in_vain_is_asked_no_more(
    ground: Ground, precedence: Precedence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may speak to a broker that is no more; another finds out anew where the brokers are."""
    async with reading(ground) as consumer:
        await say(ground, THEN, 0, b"call")
        found = await fetched(consumer, at(ground, THEN, 0))
        await precedence.kept(consumer, found)
        in_vain = precedence._asking.client
        monkeypatch.setattr(in_vain, "end_offsets", lambda _: asyncio.Event().wait())
        assert await precedence.kept(consumer, found) == {}
        assert await handled(consumer, precedence, count=1) == [b"call"]
        assert precedence._asking.client is not in_vain
