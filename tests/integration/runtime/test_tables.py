"""A table stands at the end of its topic, survives restarts while Kafka is away, and never jumps over a row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runtime.events import Event, Outgoing, Topic
from runtime.snapshots import load_snapshot
from runtime.table_reader import TableReader
from runtime.tables import Table
from tests.integration.runtime.ground import Ground, delete_topic
from tests.integration.runtime.proxy import door_to
from tests.integration.runtime.toy import ROWS, START, Row
from tests.waiting import until


class RowOfTheNextRelease(Row):
    version: float  # type: ignore[assignment] # what this release refuses


NEXT_ROWS = Topic(ROWS.name, Event[RowOfTheNextRelease])


def row(key: str, version: float, name: str) -> Event[RowOfTheNextRelease]:
    data = RowOfTheNextRelease(name=name, version=version)
    return NEXT_ROWS.event(data, source="/t", subject=key, transition=str(version), key=key, time=START)


def table() -> Table[Row, str]:
    return Table(ROWS, row=lambda data: data.name, version=lambda data: data.version)


@asynccontextmanager
async def followed(
    ground: Ground, *, snapshot: Path | None = None, bootstrap: str | None = None
) -> AsyncIterator[Table[Row, str]]:
    rows = table()
    reader = TableReader(rows, bootstrap or ground.kafka, namespace=ground.namespace, snapshot=snapshot)
    following = asyncio.create_task(reader.run())
    try:
        async with asyncio.timeout(30):
            await rows.loaded.wait()
        yield rows
    finally:
        following.cancel()
        await asyncio.wait([following])


def saved(snapshot: Path, rows: int) -> Callable[[], bool]:
    def is_saved() -> bool:
        found = load_snapshot(snapshot)
        return found is not None and len(found.rows) >= rows

    return is_saved


async def make_anew(ground: Ground) -> None:
    await delete_topic(ground.kafka, ground.namespace + ROWS.name)
    await ground.create_topics()


async def test_the_highest_version_wins_whatever_the_order(ground: Ground) -> None:
    await ground.say(row("a", 2, "second"), row("a", 1, "first"), row("b", 1, "other"), row("b", 1, "again"))
    async with followed(ground) as rows:
        assert {key: rows[key] for key in rows} == {"a": "second", "b": "other"}
        await ground.say(row("a", 3, "third"))
        await until(lambda: rows["a"] == "third")


async def test_an_empty_topic_is_loaded_too(ground: Ground) -> None:
    async with followed(ground) as rows:
        assert len(rows) == 0


@pytest.mark.parametrize("bad", [b"rubbish", b"", None, Outgoing.of(row("a", 1.5, "half")).value])
async def test_a_row_that_cannot_be_read_is_passed_over(ground: Ground, bad: bytes | None) -> None:
    await ground.say(row("a", 1, "good"))
    await ground.say_raw((ROWS.name, b"a", bad))
    await ground.say(row("b", 1, "other"))
    async with followed(ground) as rows:
        assert {key: rows[key] for key in rows} == {"a": "good", "b": "other"}


async def test_a_process_that_starts_while_kafka_is_away_begins_with_what_was_known_and_how_old_it_is(
    ground: Ground, tmp_path: Path
) -> None:
    snapshot = tmp_path / "rows.json"
    await ground.say(row("a", 2, "second"), row("a", 1, "late"))
    async with followed(ground, snapshot=snapshot):
        await until(saved(snapshot, 1))
    async with door_to(ground.kafka) as door, followed(ground, snapshot=snapshot, bootstrap=door.address) as rows:
        assert {key: rows[key] for key in rows} == {"a": "second"}
        age = rows.age_seconds
        await until(lambda: rows.age_seconds > age + 0.5)
        await ground.say(row("a", 3, "third"))
        await door.open()
        await until(lambda: rows["a"] == "third")
        await until(lambda: rows.age_seconds < 1)


async def test_what_one_release_could_not_read_is_not_lost_to_the_next(ground: Ground, tmp_path: Path) -> None:
    snapshot = tmp_path / "rows.json"
    await ground.say(row("a", 1, "good"), row("a", 2.5, "of the next release"))
    async with followed(ground, snapshot=snapshot) as rows:
        assert rows["a"] == "good"
        await until(saved(snapshot, 2))
    known = load_snapshot(snapshot)
    assert known is not None
    next_release = Table(NEXT_ROWS, row=lambda data: data.name, version=lambda data: int(data.version))
    reader = TableReader(next_release, ground.kafka, namespace=ground.namespace, snapshot=snapshot)
    reader._restore()
    assert next_release["a"] == "of the next release"


async def test_a_topic_made_anew_since_the_snapshot_is_read_from_its_beginning_and_its_old_rows_are_gone(
    ground: Ground, tmp_path: Path
) -> None:
    snapshot = tmp_path / "rows.json"
    await ground.say(*(row("a", version, f"old {version}") for version in range(1, 6)), row("b", 1, "old"))
    async with followed(ground, snapshot=snapshot):
        await until(saved(snapshot, 2))
    await make_anew(ground)
    await ground.say(row("a", 1, "new"))
    async with followed(ground, snapshot=snapshot) as rows:
        await until(lambda: rows.get("a") == "new" and rows.ready)
        assert "b" not in rows


async def test_a_topic_made_anew_under_a_running_process_is_read_from_its_beginning(ground: Ground) -> None:
    await ground.say(*(row("a", version, f"old {version}") for version in range(1, 6)))
    async with followed(ground) as rows:
        await make_anew(ground)
        await ground.say(row("a", 1, "new"))
        await until(lambda: rows.get("a") == "new" and rows.ready)


async def test_a_snapshot_that_cannot_be_read_is_as_good_as_none(ground: Ground, tmp_path: Path) -> None:
    snapshot = tmp_path / "rows.json"
    snapshot.write_text("{")
    await ground.say(row("a", 1, "good"))
    async with followed(ground, snapshot=snapshot) as rows:
        assert rows["a"] == "good"


async def test_a_folder_that_cannot_be_written_does_not_stop_the_table(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with followed(ground, snapshot=tmp_path / "file" / "rows.json") as rows:
        await ground.say(row("a", 1, "good"))
        await until(lambda: rows.get("a") == "good")
