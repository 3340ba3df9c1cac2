"""A table: the highest version of each key wins."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.tables import Table
from tests.integration.runtime.toy import ROWS, START, Row

Versions = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=20)


def table(seen: list[tuple[str, str | None]]) -> Table[Row, str]:
    return Table(
        ROWS,
        row=lambda data: None if data.version % 3 == 0 else f"{data.name}{data.version}",
        version=lambda data: data.version,
        on_change=lambda key, row: seen.append((key, row)),
    )


def filled(versions: list[tuple[str, int]]) -> tuple[dict[str, str], list[tuple[str, str | None]]]:
    seen: list[tuple[str, str | None]] = []
    rows = table(seen)
    for key, version in versions:
        row = Row(name=key, version=version)
        rows.take(ROWS.event(row, source="/t", subject=key, transition="t", key=key, time=START))
    return {key: rows[key] for key in rows}, seen


@given(versions=Versions, random=st.randoms(use_true_random=False))
def test_neither_order_nor_repeats_matter(versions: list[tuple[str, int]], random: Random) -> None:
    mixed = versions * 2
    random.shuffle(mixed)
    assert filled(mixed)[0] == filled(versions)[0]


@given(versions=Versions)
def test_the_newest_version_decides_whether_there_is_a_row(versions: list[tuple[str, int]]) -> None:
    newest = {key: max(version for name, version in versions if name == key) for key, _ in versions}
    assert filled(versions)[0] == {key: f"{key}{version}" for key, version in newest.items() if version % 3}


def test_who_watches_hears_of_changes_only() -> None:
    assert filled([("a", 1), ("a", 1), ("a", 3), ("a", 2)])[1] == [("a", "a1"), ("a", None)]


def test_a_table_is_ready_once_it_was_at_the_end_and_not_after_it_had_to_forget() -> None:
    def standing() -> tuple[bool, bool, bool]:
        return rows.ready, rows.loaded.is_set(), rows.age_seconds < float("inf")

    rows = table([])
    assert standing() == (False, False, False)
    rows.restored(1.0)
    assert standing() == (True, True, True)
    rows.forget()
    assert standing() == (False, False, False)


async def test_who_waits_for_what_stood_in_the_topic_at_a_time_goes_on_when_the_end_was_reached_after_it() -> None:
    rows = table([])
    waiting = asyncio.create_task(rows.holds_all_of(10.0))
    await rows.at_end(9.0)
    await asyncio.sleep(0)
    assert (waiting.done(), rows.waited_for) == (False, True)
    await rows.at_end(10.0)
    await waiting
    assert not rows.waited_for


async def test_who_waits_for_a_table_that_stays_behind_is_told_so() -> None:
    with pytest.raises(TimeoutError):
        await table([]).holds_all_of(10.0, within=0.01)
