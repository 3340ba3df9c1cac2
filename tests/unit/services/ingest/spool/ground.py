"""A spool to try, and records to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.events import Outgoing
from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.pages import Lane
from services.ingest.spool.segments import Segments
from services.ingest.spool.spool import Spool
from services.ingest.spool.writer import Writer

SECRET = b"s" * 32
NOW = 1_800_000_000.0
BIG = 64 * 1024 * 1024


def call(name: str, size: int = 10) -> Outgoing:
    return Outgoing(topic=CALLS_INGESTED.name, key="conversation", id=name, value=b"x" * size)


def message(name: str) -> Outgoing:
    return Outgoing(topic=MESSAGES_INGESTED.name, key="conversation", id=name, value=b"STOP")


@contextmanager
def spool_in(folder: Path, *, limit: int = BIG, segment_bytes: int = 1024 * 1024) -> Iterator[Spool]:
    segments = Segments(folder, clock=lambda: NOW)
    writer = Writer(segments, segment_bytes=segment_bytes)
    spool = Spool(segments, writer, Cipher(SECRET), limit=limit, clock=lambda: NOW + 60)
    try:
        spool.begin()
        yield spool
    finally:
        spool.close()


async def all_of(spool: Spool) -> list[str]:
    """The ids of all that it holds, in the order in which they are drained; it is empty then."""
    ids: list[str] = []
    for lane in Lane:
        while segment := await spool.first(lane):
            ids += [record.id for record in segment.page.records]
            await spool.drained(segment)
    return ids


def files(folder: Path, suffix: str = ".spool") -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == suffix)
