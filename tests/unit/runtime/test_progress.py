"""When a group's progress is told, and of what."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError, KafkaError

from runtime.progress import Progress


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Group:
    """As much of a consumer as is spoken to: what is ours, and what was committed."""

    ours: set[TopicPartition]
    failure: KafkaError | None = None
    committed: list[dict[TopicPartition, int]] = field(default_factory=list)
    generation: int = 1
    silent: bool = False

    @property
    def _coordinator(self) -> Group:
        return self

    def assignment(self) -> set[TopicPartition]:
        return self.ours

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.silent:
            await asyncio.Event().wait()
        if self.failure:
            raise self.failure
        self.committed.append(offsets)


def records(topic: str, offsets: range) -> list[ConsumerRecord]:
    return [record(topic, offset) for offset in offsets]


def record(topic: str, offset: int) -> ConsumerRecord:
    given: dict[str, Any] = {"timestamp": 0, "timestamp_type": 0, "checksum": None, "headers": ()}
    sizes = {"serialized_key_size": 0, "serialized_value_size": 0}
    return ConsumerRecord(topic=topic, partition=0, offset=offset, key=b"", value=b"", **given, **sizes)


A, B = TopicPartition("a", 0), TopicPartition("b", 0)


def test_it_is_due_after_a_while_or_after_many_records() -> None:
    clock = Clock()
    progress = Progress(clock)
    due = [progress.due]
    progress.add(records("a", range(499)), generation=1)
    due.append(progress.due)
    clock.now += 0.2
    due.append(progress.due)
    clock.now -= 0.2
    progress.add(records("a", range(499, 500)), generation=1)
    assert [*due, progress.due] == [False, False, True, True]


async def test_of_each_partition_the_furthest_is_told_and_told_once() -> None:
    progress, group = Progress(Clock()), Group(ours={A, B})
    progress.add(records("a", range(3)), generation=1)
    progress.add([*records("b", range(7, 8)), *records("a", range(3, 5))], generation=1)
    await progress.tell(group)
    await progress.tell(group)
    assert group.committed == [{A: 5, B: 8}]


async def test_a_partition_that_was_taken_away_is_not_told_of() -> None:
    progress, group = Progress(Clock()), Group(ours={A})
    progress.add([*records("a", range(1)), *records("b", range(1))], generation=1)
    await progress.tell(group)
    group.ours = {A, B}
    await progress.tell(group)
    assert group.committed == [{A: 1}]


async def test_what_could_not_be_told_is_told_later() -> None:
    progress, group = Progress(Clock()), Group(ours={A}, failure=KafkaConnectionError())
    progress.add(records("a", range(1)), generation=1)
    await progress.tell(group)
    group.failure = None
    await progress.tell(group)
    assert group.committed == [{A: 1}]


async def test_a_broker_that_does_not_answer_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it handles nothing, and notices nothing."""
    monkeypatch.setattr("runtime.progress._TELL_SECONDS", 0.01)
    progress, group = Progress(Clock()), Group(ours={A}, silent=True)
    progress.add(records("a", range(1)), generation=1)
    async with asyncio.timeout(5):
        await progress.tell(group)
    group.silent = False
    await progress.tell(group)
    assert group.committed == [{A: 1}]


@pytest.mark.parametrize("failure", [None, CommitFailedError()], ids=["its generation is over", "it was thrown out"])
async def test_who_lost_its_place_in_the_group_never_tells_what_it_did_there(failure: KafkaError | None) -> None:
    """Another has gone on from there by now."""
    progress, group = Progress(Clock()), Group(ours={A}, failure=failure, generation=1 if failure else 2)
    progress.add(records("a", range(1)), generation=1)
    await progress.tell(group)
    group.failure, group.generation = None, 1
    await progress.tell(group)
    progress.add(records("a", range(5, 6)), generation=1)
    progress.add(records("b", range(5, 6)), generation=2)
    group.generation, group.ours = 2, {A, B}
    await progress.tell(group)
    assert group.committed == [{B: 6}]
