"""A large batch is handled in parts that share no partition, each in its order, and all to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.parts import each, in_parts
from runtime.records import RawRecord

TOPICS = ("calls", "messages")


def record(topic: str, partition: int, offset: int) -> RawRecord:
    return RawRecord(topic=topic, partition=partition, offset=offset, key="k", value=b"", timestamp_ms=0)


records = st.builds(record, st.sampled_from(TOPICS), st.integers(0, 5), st.integers(0, 9))


def many(partitions: Sequence[int]) -> list[RawRecord]:
    return [record(TOPICS[n % 2], partitions[n % len(partitions)], n) for n in range(2_000)]


@pytest.mark.parametrize(
    ("raw", "sizes"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(many([0, 1, 2])[:500], [500], id="a usual batch stays whole"),
        pytest.param(many([0, 1, 2, 3])[:1000], [500, 500], id="twice as many, evenly spread"),
        pytest.param(many([0]), [2000], id="all of one partition stays together"),
        pytest.param(many([0, 0, 0, 1]), [1500, 500], id="what is larger than a part is a part of its own"),
    ],
)
def test_parts_are_about_as_large_as_a_usual_batch(raw: list[RawRecord], sizes: list[int]) -> None:
    assert sorted(map(len, in_parts(raw)), reverse=True) == sizes


@given(st.lists(records, max_size=40).map(lambda few: few * 50))
def test_equal_partitions_of_all_topics_are_in_one_part_in_their_order(raw: list[RawRecord]) -> None:
    parts = in_parts(raw)
    together = [record for part in parts for record in part]
    assert len(together) == len(raw)
    for partition in range(6):
        ours = [record for record in raw if record.partition == partition]
        holding = [part for part in parts if any(record.partition == partition for record in part)]
        assert len(holding) == bool(ours)
        assert [record for part in holding for record in part if record.partition == partition] == ours


async def test_one_that_fails_is_told_when_the_others_are_done() -> None:
    ended: list[int] = []

    async def step(part: Sequence[RawRecord]) -> None:
        if part[0].partition == 0:
            raise ZeroDivisionError
        await asyncio.sleep(0)
        ended.append(part[0].partition)

    with pytest.raises(ZeroDivisionError):
        await each([[record("calls", number, 0)] for number in range(3)], step)
    assert ended == [1, 2]
