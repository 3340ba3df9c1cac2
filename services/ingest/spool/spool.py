"""Keeping records on the disk until Kafka takes them: bounded, counted, and never waited for."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from runtime.events import Outgoing
from services.ingest import metrics
from services.ingest.metrics import Outcome
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.errors import NotSpooled, SpoolFull, SpoolInUse
from services.ingest.spool.group import GroupCommit
from services.ingest.spool.pages import Lane, Page, read, written
from services.ingest.spool.segments import Segments, Stock
from services.ingest.spool.writer import Writer

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

# A file whose content cannot be had, though others can: it must not keep them waiting.
_NEVER_READ: Final = frozenset({errno.EIO, errno.EUCLEAN, errno.EBADMSG, errno.EACCES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A file to be drained."""

    path: Path
    page: Page


class Spool:
    """All that touches the disk runs in one thread, one step after the other; the counting is done in the loop."""

    def __init__(
        self, segments: Segments, writer: Writer, cipher: Cipher, *, limit: int, clock: Callable[[], float]
    ) -> None:
        self._segments = segments
        self._writer = writer
        self._cipher = cipher
        self._limit = limit
        self._clock = clock
        self._stock: Stock | None = None
        self._spent: dict[Path, Sequence[bytes]] = {}
        self._well = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._group = GroupCommit(self._append)
        self._measured()

    @property
    def stock(self) -> Stock:
        """What lies on the disk, as far as it has been told."""
        return self._stock or Stock()

    @property
    def well(self) -> bool:
        """Whether it took what it was given last: else who can go elsewhere does."""
        return self._well

    def begin(self) -> None:
        """With what lies in the folder, once. Raises OSError where that cannot be had; it may be tried again."""
        if self._stock is None:
            with self._judged():
                self._stock = self._segments.open()

    async def reach(self) -> None:
        """Begun, at last: asked by the drain and by what is to be kept, maybe at the same time."""
        if self._stock is None:
            await self._in_thread(self.begin)

    def close(self) -> None:
        """What is being written is still written."""
        self._thread.shutdown(wait=True)
        self._writer.close()
        self._segments.close()

    async def keep(self, record: Outgoing, *, within: float = 5) -> None:
        """On the disk when it returns. Raises NotSpooled after so many seconds, and SpoolFull at once."""
        data = written(record, self._cipher)
        if self.stock.waiting + self.stock.aside + self._group.bytes + len(data) > self._limit:
            self._well = False
            metrics.SPOOL_RECORDS.labels(Outcome.FULL).inc()
            raise SpoolFull
        try:
            await self._group.synced(Lane(record.topic), data, within=within)
        except OSError as error:
            self._well = False
            metrics.SPOOL_RECORDS.labels(Outcome.FAILED).inc()
            raise NotSpooled(type(error).__name__) from error
        metrics.SPOOL_RECORDS.labels(Outcome.KEPT).inc()

    async def first(self, lane: Lane) -> Segment | None:
        """What is to be drained first of a lane, read. Raises OSError where the disk may give it later."""
        path = await self._in_thread(lambda: self._writer.first(lane, besides=self._spent.keys()))
        if path is None:
            await self._in_thread(self._remove_spent)
            self._stock = await self._in_thread(self._segments.stock)
            return None
        try:
            data = await self._in_thread(path.read_bytes)
        except OSError as error:
            if error.errno not in _NEVER_READ:
                raise
            await self._in_thread(lambda: self._segments.put_aside(path))
            await self._counted(path, set_aside=1)
            return await self.first(lane)
        return Segment(path=path, page=read(data, self._cipher))

    async def drained(self, segment: Segment, *, refused: Sequence[Outgoing] = ()) -> None:
        """All of it is in Kafka, but for what it refused for good, and for what could not be read.

        Where the disk does not let go of it, the next one is not kept waiting.
        """
        self._spent[segment.path] = [*segment.page.rubbish, *(written(record, self._cipher) for record in refused)]
        set_aside = len(self._spent[segment.path])
        with suppress(OSError), self._judged():
            await self._in_thread(self._remove_spent)
        await self._counted(segment.path, set_aside=set_aside)

    def _remove_spent(self) -> None:
        """Raises OSError for the last that stays, when all were tried."""
        failure: OSError | None = None
        for path in tuple(self._spent):
            try:
                self._segments.remove(path, rubbish=self._spent[path])
                del self._spent[path]
            except OSError as error:
                failure = error
        if failure is not None:
            raise failure

    async def _counted(self, path: Path, *, set_aside: int) -> None:
        with self._judged():
            self._stock = await self._in_thread(self._segments.stock)
        if set_aside:
            metrics.SPOOL_RECORDS.labels(Outcome.SET_ASIDE).inc(set_aside)
            facts = {"action": "spool_set_aside", "file": path.name, "pieces": set_aside}
            log.error("spooled pieces set aside", extra=facts)

    async def _append(self, lane: Lane, data: bytes) -> None:
        await self.reach()
        with self._judged():
            begun_at = await self._in_thread(lambda: self._writer.append(lane, data))
        self._stock = self.stock.grown(lane, len(data), begun_at=begun_at)

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """By how it goes with the disk it is known whether it is well."""
        try:
            yield
        except OSError as error:
            self._well = False
            why = errno.errorcode.get(error.errno or 0, type(error).__name__)
            log.warning("the disk does not take what Kafka does not", extra={"action": "spool_failed", "why": why})
            raise
        self._well = True

    def _measured(self) -> None:
        metrics.SPOOL_LIMIT_BYTES.set(self._limit)
        metrics.SPOOL_USABLE.set_function(lambda: self._well)
        metrics.SPOOL_BYTES.set_function(lambda: self.stock.waiting + self._group.bytes)
        metrics.SPOOL_ASIDE_BYTES.set_function(lambda: self.stock.aside)
        metrics.SPOOL_OLDEST_SECONDS.set_function(self._oldest_seconds)

    def _oldest_seconds(self) -> float:
        oldest_at = self.stock.oldest_at
        return 0.0 if oldest_at is None else max(0.0, self._clock() - oldest_at)

    async def _in_thread(self, step: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)


def open_spool(folder: Path, cipher: Cipher, *, limit: int, clock: Callable[[], float]) -> Spool:
    """Raises SpoolInUse. A folder that cannot be had is tried again later: while Kafka is there nobody misses it.

    `clock`: seconds of the epoch.
    """
    segments = Segments(folder, clock=clock)
    spool = Spool(segments, Writer(segments), cipher, limit=limit, clock=clock)
    try:
        spool.begin()
    except OSError as error:
        if isinstance(error, SpoolInUse):
            raise
    return spool
