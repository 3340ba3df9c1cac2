"""When a group's progress is told, and of what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError

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
    refuses: bool = False
    committed: list[dict[TopicPartition, int]] = field(default_factory=list)

    def assignment(self) -> set[TopicPartition]:
        return self.ours

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.refuses:
            raise CommitFailedError
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
    progress.add(records("a", range(499)))
    due.append(progress.due)
    clock.now += 0.2
    due.append(progress.due)
    clock.now -= 0.2
    progress.add(records("a", range(499, 500)))
    assert [*due, progress.due] == [False, False, True, True]


async def test_of_each_partition_the_furthest_is_told_and_told_once() -> None:
    progress, group = Progress(Clock()), Group(ours={A, B})
    progress.add(records("a", range(3)))
    progress.add([*records("b", range(7, 8)), *records("a", range(3, 5))])
    await progress.tell(group)
    await progress.tell(group)
    assert group.committed == [{A: 5, B: 8}]


async def test_a_partition_that_was_taken_away_is_not_told_of() -> None:
    progress, group = Progress(Clock()), Group(ours={A})
    progress.add([*records("a", range(1)), *records("b", range(1))])
    await progress.tell(group)
    group.ours = {A, B}
    await progress.tell(group)
    assert group.committed == [{A: 1}]


async def test_what_could_not_be_told_is_told_later() -> None:
    progress, group = Progress(Clock()), Group(ours={A}, refuses=True)
    progress.add(records("a", range(1)))
    await progress.tell(group)
    group.refuses = False
    await progress.tell(group)
    assert group.committed == [{A: 1}]
