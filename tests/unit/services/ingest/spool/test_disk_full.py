"""The kernel's own refusals: what was kept stays, what was not is refused, and the drain goes on."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.ingest.spool.drain import Drain
from services.ingest.spool.errors import NotSpooled
from tests.unit.services.ingest.spool.ground import all_of, call, files, spool_in
from tests.unit.services.ingest.spool.test_drain import Kafka, drained


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """The kernel takes the part of a write that fits and then nothing more, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_write_that_the_kernel_cuts_short_is_refused_and_what_was_kept_stays(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1", size=1000))
        with files_no_longer_than(1500):
            with pytest.raises(NotSpooled):
                await spool.keep(call("2", size=1000))
            await spool.keep(call("3", size=1000))  # in a new file
        await spool.keep(call("4", size=1000))
        assert await all_of(spool) == ["1", "3", "4"]
        assert files(tmp_path, ".aside") == []


async def test_rubbish_that_there_is_no_room_for_holds_up_nothing_and_is_kept(tmp_path: Path) -> None:
    """The file is set aside whole, which needs no room; else it would be drained again and again."""
    with spool_in(tmp_path) as spool:
        for name in "123":
            await spool.keep(call(name, size=1000))
    (file,) = files(tmp_path)
    os.truncate(file, file.stat().st_size - 1)
    kafka = Kafka()
    with spool_in(tmp_path) as spool, files_no_longer_than(500):
        await drained(Drain(spool, kafka.guarded()), kafka)
    assert kafka.taken == [["1"], ["2"]]
    assert (files(tmp_path), len(files(tmp_path, ".aside"))) == ([], 1)
