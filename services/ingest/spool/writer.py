"""The one hand that writes: whole batches, synced before anybody is told that they are kept."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.ingest.spool.pages import Lane
from services.ingest.spool.segments import Segments, begun_at

# A file is drained and deleted as a whole: large enough to be few, small enough to be read at once.
_SEGMENT_BYTES: Final = 1024 * 1024


@dataclass(slots=True, kw_only=True)
class _Open:
    """`synced`: bytes of it that are known to be on the disk."""

    path: Path
    descriptor: int
    synced: int = 0


class Writer:
    """Blocking: called in the spool's one thread. Raises OSError as the disk does."""

    def __init__(self, segments: Segments, *, segment_bytes: int = _SEGMENT_BYTES) -> None:
        self._segments = segments
        self._segment_bytes = segment_bytes
        self._open: dict[Lane, _Open] = {}

    def append(self, lane: Lane, data: bytes) -> float:
        """On the disk when it returns, in a file that was begun at this time. After an error nothing is believed."""
        file = self._open.get(lane) or self._begun(lane)
        try:
            _write(file.descriptor, data)
            os.fsync(file.descriptor)
        except OSError:
            self._abandon(lane)
            raise
        file.synced += len(data)
        if file.synced >= self._segment_bytes:
            self._seal(lane)
        return begun_at(file.path)

    def first(self, lane: Lane, *, besides: Collection[Path] = ()) -> Path | None:
        """What is to be drained first; it is not written to any more."""
        waiting = (path for path in self._segments.waiting(lane) if path not in besides)
        oldest = next(waiting, None)
        written_to = self._open.get(lane)
        if written_to is not None and written_to.path == oldest:
            self._seal(lane)
        return oldest

    def close(self) -> None:
        for lane in tuple(self._open):
            self._seal(lane)

    def _begun(self, lane: Lane) -> _Open:
        path, descriptor = self._segments.begin(lane)
        self._open[lane] = _Open(path=path, descriptor=descriptor)
        return self._open[lane]

    def _seal(self, lane: Lane) -> None:
        with suppress(OSError):  # all that matters of it is synced
            os.close(self._open.pop(lane).descriptor)

    def _abandon(self, lane: Lane) -> None:
        """After a failed sync the system may hold pages for clean that never reached the disk, and a second sync would
        succeed: the file is not written to again. What was synced before is on the disk, and drained from there.
        """
        file = self._open[lane]
        with suppress(OSError):
            os.ftruncate(file.descriptor, file.synced)
        self._seal(lane)
        if not file.synced:
            with suppress(OSError):
                file.path.unlink()


def _write(descriptor: int, data: bytes) -> None:
    """A full disk may take the first part of it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
