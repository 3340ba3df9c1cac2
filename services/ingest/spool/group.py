"""Group commit: while one batch is being synced the next one gathers, so that many callers share a sync."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from services.ingest.spool.pages import Lane

# Handed over and not yet synced: memory is bounded also where the disk hangs.
_GATHERED_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record on its way to the disk, and whoever waits for it."""

    data: bytes
    synced: asyncio.Future[None]


class GroupCommit:
    """`write` has a batch on the disk when it returns, and raises OSError where it could not."""

    def __init__(self, write: Callable[[Lane, bytes], Awaitable[None]]) -> None:
        self._write = write
        self._gathered: dict[Lane, list[_Entry]] = {lane: [] for lane in Lane}
        self._committing: asyncio.Task[None] | None = None
        self.bytes = 0  # on their way

    async def synced(self, lane: Lane, data: bytes, *, within: float) -> None:
        """On the disk when it returns. Raises OSError; TimeoutError, which is one, where it took too long."""
        if self.bytes + len(data) > _GATHERED_BYTES:
            raise TimeoutError
        entry = _Entry(data, asyncio.get_running_loop().create_future())
        self._gathered[lane].append(entry)
        self.bytes += len(data)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all(), name="spool commit")
        async with asyncio.timeout(within):
            await entry.synced

    async def _commit_all(self) -> None:
        try:
            while any(self._gathered.values()):
                for lane in Lane:  # each in its turn: a rush in one keeps no other waiting
                    batch, self._gathered[lane] = self._gathered[lane], []
                    if batch:
                        await self._commit(lane, batch)
        finally:
            self._committing = None

    async def _commit(self, lane: Lane, batch: Sequence[_Entry]) -> None:
        data = b"".join(entry.data for entry in batch)
        failure: OSError | None = None
        try:
            await self._write(lane, data)
        except OSError as error:
            failure = error
        finally:
            self.bytes -= len(data)
        for entry in batch:
            _settle(entry.synced, failure)


def _settle(synced: asyncio.Future[None], failure: OSError | None) -> None:
    if synced.done():  # whoever waited has gone
        return
    if failure is None:
        synced.set_result(None)
    else:
        synced.set_exception(failure)
