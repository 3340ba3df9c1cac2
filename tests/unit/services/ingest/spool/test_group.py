"""While one batch is on its way to the disk the next one gathers, and every lane has its turn."""

from __future__ import annotations

import asyncio

from services.ingest.spool.group import GroupCommit
from services.ingest.spool.pages import Lane


async def test_a_rush_of_messages_keeps_no_call_waiting() -> None:
    written: list[Lane] = []
    rush: list[asyncio.Task[None]] = []

    async def write(lane: Lane, _: bytes) -> None:
        written.append(lane)
        if len(written) < 10:  # another one comes while this one is written
            rush.append(asyncio.create_task(group.synced(Lane.MESSAGES, b"x", within=5)))
        await asyncio.sleep(0)

    group = GroupCommit(write)
    await asyncio.gather(*(group.synced(lane, b"x", within=5) for lane in (Lane.MESSAGES, Lane.CALLS)))
    await asyncio.gather(*rush)
    assert written.index(Lane.CALLS) == 1
