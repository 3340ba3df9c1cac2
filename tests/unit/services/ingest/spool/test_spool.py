"""What the spool says it has kept is on the disk; what it cannot keep it refuses at once, and it recovers by itself."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.ingest.metrics import Outcome
from services.ingest.spool.errors import NotSpooled, SpoolFull, SpoolInUse
from services.ingest.spool.pages import Lane
from tests.unit.services.ingest.spool.disk import Disk, installed
from tests.unit.services.ingest.spool.ground import all_of, call, files, message, spool_in
from tests.waiting import until


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return installed(monkeypatch)


def counted(outcome: Outcome) -> float:
    return REGISTRY.get_sample_value("missedcall_spool_records_total", {"outcome": outcome}) or 0


async def test_what_was_kept_is_found_by_the_next_process_and_messages_come_first(tmp_path: Path) -> None:
    with spool_in(tmp_path, segment_bytes=1) as spool:
        for record in (call("1"), message("2"), call("3"), message("4")):
            await spool.keep(record)
    with spool_in(tmp_path) as spool:
        await spool.keep(call("5"))
        await spool.keep(message("6"))
        assert await all_of(spool) == ["2", "4", "6", "1", "3", "5"]
        assert files(tmp_path) == []


async def test_what_is_kept_meanwhile_comes_in_its_order(tmp_path: Path) -> None:
    with spool_in(tmp_path, segment_bytes=1) as spool:
        await spool.keep(call("1"))
        await spool.keep(call("2"))
        first = await spool.first(Lane.CALLS)
        assert first is not None
        await spool.keep(message("3"))
        await spool.drained(first)
        assert await all_of(spool) == ["3", "2"]


async def test_a_file_stays_until_it_is_said_to_be_drained(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1"))
        first, again = await spool.first(Lane.CALLS), await spool.first(Lane.CALLS)
        assert first == again
        await spool.keep(call("2"))
        assert first == await spool.first(Lane.CALLS)
        assert len(files(tmp_path)) == 2


async def test_many_callers_share_a_sync(tmp_path: Path, disk: Disk) -> None:
    with spool_in(tmp_path) as spool:
        await asyncio.gather(*(spool.keep(call(str(number))) for number in range(500)))
        assert disk.syncs <= 4  # the folder's for the file's name, the first record's, all the others'
        assert len(await all_of(spool)) == 500


async def test_age_and_size_can_be_seen(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1", size=1000))
        assert REGISTRY.get_sample_value("missedcall_spool_bytes") == files(tmp_path)[0].stat().st_size > 1000
        assert REGISTRY.get_sample_value("missedcall_spool_oldest_seconds") == 60
        await all_of(spool)
        assert REGISTRY.get_sample_value("missedcall_spool_bytes") == 0
        assert REGISTRY.get_sample_value("missedcall_spool_oldest_seconds") == 0


async def test_a_full_spool_refuses_at_once_and_takes_again_when_it_was_drained(tmp_path: Path) -> None:
    with spool_in(tmp_path, limit=2500) as spool:
        await spool.keep(call("1", size=1000))
        before = counted(Outcome.FULL)
        outcomes = await asyncio.gather(*(spool.keep(call(name, size=1000)) for name in "23"), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [type(None), SpoolFull]
        assert counted(Outcome.FULL) == before + 1
        assert await all_of(spool) == ["1", "2"]
        await spool.keep(call("4", size=1000))
        assert await all_of(spool) == ["4"]


async def test_what_another_process_left_counts_towards_the_limit(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1", size=1000))
    with spool_in(tmp_path, limit=2000) as spool, pytest.raises(SpoolFull):
        await spool.keep(call("2", size=1000))


async def test_after_a_failed_sync_nothing_of_the_batch_is_said_to_be_kept_and_the_file_is_left(
    tmp_path: Path, disk: Disk
) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("kept"))
        (trusted,) = files(tmp_path)
        size = trusted.stat().st_size
        disk.broken = True
        outcomes = await asyncio.gather(*(spool.keep(call(name)) for name in "ab"), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [NotSpooled] * 2
        disk.broken = False
        await spool.keep(call("later"))
        assert trusted.stat().st_size == size
        assert len(files(tmp_path)) == 2
        assert await all_of(spool) == ["kept", "later"]


async def test_a_full_disk_refuses_and_takes_again_by_itself(tmp_path: Path, disk: Disk) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1"))
        disk.full = True
        before = counted(Outcome.FAILED)
        for name in "23":
            with pytest.raises(NotSpooled, match="OSError"):
                await spool.keep(call(name))
        assert counted(Outcome.FAILED) == before + 2
        disk.full = False
        await spool.keep(call("4"))
        set_aside = counted(Outcome.SET_ASIDE)
        assert await all_of(spool) == ["1", "4"]
        assert counted(Outcome.SET_ASIDE) == set_aside


@contextmanager
def no_descriptors() -> Iterator[None]:
    """Whatever is opened in the block fails with EMFILE."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_without_descriptors_it_refuses_and_takes_again_by_itself(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        await asyncio.get_running_loop().run_in_executor(spool._thread, int)  # the thread is there
        with no_descriptors(), pytest.raises(NotSpooled):
            await spool.keep(call("1"))
        await spool.keep(call("2"))
        with no_descriptors():
            await spool.keep(call("3"))  # into the file that is open
        assert await all_of(spool) == ["2", "3"]


async def test_a_disk_that_hangs_is_given_up_and_memory_stays_bounded(tmp_path: Path, disk: Disk) -> None:
    with spool_in(tmp_path) as spool:
        disk.hung = threading.Event()
        for number in range(20):
            with pytest.raises(NotSpooled):
                await spool.keep(call(str(number), size=1_000_000), within=0.01)
        assert 15_000_000 < spool._group.bytes < 17 * 1024 * 1024
        assert [spool.well] == [False]
        disk.hung.set()
        disk.hung = None
        await until(lambda: spool._group.bytes == 0)  # what it had taken is written after all
        assert [spool.well] == [True]
        await all_of(spool)
        await spool.keep(call("later"))
        assert await all_of(spool) == ["later"]


async def test_two_processes_never_share_a_folder(tmp_path: Path) -> None:
    with spool_in(tmp_path):
        second = spool_in(tmp_path)
        with pytest.raises(SpoolInUse, match=r"is in use by another process: give each replica"):
            second.__enter__()
    with spool_in(tmp_path):
        pass


async def test_a_torn_tail_is_set_aside_and_counted_and_the_rest_is_drained(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1"))
        await spool.keep(call("2"))
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    before = counted(Outcome.SET_ASIDE)
    with spool_in(tmp_path) as spool:
        assert await all_of(spool) == ["1"]
        assert spool.stock.aside > 0
    assert counted(Outcome.SET_ASIDE) == before + 1
    (aside,) = files(tmp_path, ".aside")
    assert whole[:-1].endswith(aside.read_bytes())


async def test_what_was_set_aside_under_a_lost_key_is_drained_when_it_is_put_back(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1"))
    (file,) = files(tmp_path)
    content = file.read_bytes()
    with spool_in(tmp_path) as spool:
        spool._cipher = type(spool._cipher)(b"o" * 32)
        assert await all_of(spool) == []
    (aside,) = files(tmp_path, ".aside")
    assert aside.read_bytes() == content
    aside.rename(file)
    with spool_in(tmp_path) as spool:
        assert await all_of(spool) == ["1"]


async def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", "notes.spool"):
        (tmp_path / name).write_text("mine")
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1"))
        await all_of(spool)
    assert [(tmp_path / name).read_text() for name in ("notes.txt", "notes.spool")] == ["mine"] * 2
