"""A folder that cannot be had ends nothing: it is refused to write there, and tried again until it goes well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.ingest.spool.cipher import Cipher
from services.ingest.spool.errors import NotSpooled
from services.ingest.spool.spool import Spool, open_spool
from tests.unit.services.ingest.spool.ground import BIG, NOW, SECRET, all_of, call, spool_in


def in_the_way_of_the_folder(folder: Path) -> Callable[[], object]:
    """As where a volume is not mounted yet."""
    folder.parent.rename(folder.parent.with_suffix(".away"))
    folder.parent.touch()

    def mounted() -> None:
        folder.parent.unlink()
        folder.parent.with_suffix(".away").rename(folder.parent)

    return mounted


def in_the_way_of_the_lock(folder: Path) -> Callable[[], object]:
    """As where nothing may be written: it cannot be opened for that."""
    (folder / "lock").unlink()
    (folder / "lock").mkdir()
    return (folder / "lock").rmdir


def opened(folder: Path) -> Spool:
    return open_spool(folder, Cipher(SECRET), limit=BIG, clock=lambda: NOW)


def usable() -> float | None:
    return REGISTRY.get_sample_value("missedcall_spool_usable")


@pytest.mark.parametrize("block", [in_the_way_of_the_folder, in_the_way_of_the_lock])
async def test_it_is_had_as_soon_as_it_can_be_with_what_lies_there(
    tmp_path: Path, block: Callable[[Path], Callable[[], object]]
) -> None:
    folder = tmp_path / "volume" / "spool"
    with spool_in(folder) as spool:
        await spool.keep(call("1"))
    unblock = block(folder)
    spool = opened(folder)
    assert (spool.well, usable(), spool.stock.waiting) == (False, 0, 0)
    with pytest.raises(NotSpooled):
        await spool.keep(call("2"))
    with pytest.raises(OSError, match="volume"):
        await spool.reach()
    unblock()
    await spool.reach()
    assert (spool.well, usable(), spool.stock.waiting > 0) == (True, 1, True)
    await spool.keep(call("3"))
    assert await all_of(spool) == ["1", "3"]
    spool.close()


async def test_a_record_that_is_to_be_kept_finds_out_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "volume" / "spool"
    folder.mkdir(parents=True)
    unblock = in_the_way_of_the_folder(folder)
    spool = opened(folder)
    unblock()
    await asyncio.gather(spool.keep(call("1")), spool.reach())
    assert spool.well
    assert await all_of(spool) == ["1"]
    spool.close()
