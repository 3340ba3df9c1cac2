"""The spool's folder: files of one lane each, named by when they were begun, and a lock so that one process has it."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from services.ingest.spool.errors import SpoolInUse
from services.ingest.spool.pages import Lane

_SUFFIX: Final = ".spool"
_ASIDE: Final = ".aside"
_NAME: Final = re.compile(rf"({'|'.join(map(re.escape, Lane))})-(\d{{15}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What is on the disk: bytes that wait for Kafka, since when (seconds of the epoch), and bytes that were set aside.

    `oldest_at` is None where nothing waits.
    """

    lanes: Mapping[Lane, int] = field(default_factory=dict)
    aside: int = 0
    oldest_at: float | None = None

    @property
    def waiting(self) -> int:
        return sum(self.lanes.values())

    def grown(self, lane: Lane, size: int, *, begun_at: float) -> Stock:
        lanes = {**self.lanes, lane: self.lanes.get(lane, 0) + size}
        return replace(self, lanes=lanes, oldest_at=self.oldest_at or begun_at)


class Segments:
    """Blocking: called in the spool's one thread, and first of all `open`. Raises OSError as the disk does."""

    def __init__(self, folder: Path, *, clock: Callable[[], float]) -> None:
        """`clock`: seconds of the epoch."""
        self._folder = folder
        self._clock = clock
        self._last = 0
        self._held = ExitStack()

    def open(self) -> Stock:
        """What lies there. Raises SpoolInUse, and OSError where the folder cannot be had; it may be tried again."""
        with ExitStack() as held:
            _made(self._folder)
            held.callback(os.close, _locked(self._folder))
            # Open from the start: a process that has run out of descriptors can still sync what it has named.
            self._directory = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            held.callback(os.close, self._directory)
            self._last = max(map(_number, self._files(_SUFFIX, _ASIDE)), default=0)
            stock = self.stock()
            self._held = held.pop_all()
        return stock

    def close(self) -> None:
        self._held.close()

    def begin(self, lane: Lane) -> tuple[Path, int]:
        """A new file and its descriptor; its name is on the disk, or what is synced in it could not be found again.

        Names grow also where the clock is set back: by them the oldest is found.
        """
        self._last = max(self._last + 1, int(self._clock() * 1000))
        path = self._folder / f"{lane}-{self._last:015d}{_SUFFIX}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            os.fsync(self._directory)
        except OSError:
            os.close(descriptor)
            path.unlink()
            raise
        return path, descriptor

    def waiting(self, lane: Lane) -> Sequence[Path]:
        """The oldest first."""
        return sorted(path for path in self._files(_SUFFIX) if _lane(path) is lane)

    def remove(self, path: Path, *, rubbish: Sequence[bytes]) -> None:
        """What could not be read of it stays beside it; a crash between the two steps repeats them."""
        try:
            if rubbish:
                _write_synced(path.with_suffix(_ASIDE), b"".join(rubbish))
                os.fsync(self._directory)
        except OSError:
            # No room for it: then all of the file is set aside, which needs none.
            self.put_aside(path)
        else:
            path.unlink(missing_ok=True)  # somebody was faster, and no other file is to wait for it

    def put_aside(self, path: Path) -> None:
        """The whole file: the disk does not give its content back."""
        path.rename(path.with_suffix(_ASIDE))

    def stock(self) -> Stock:
        waiting = list(self._files(_SUFFIX))
        return Stock(
            lanes={lane: sum(path.stat().st_size for path in waiting if _lane(path) is lane) for lane in Lane},
            aside=sum(path.stat().st_size for path in self._files(_ASIDE)),
            oldest_at=min(map(begun_at, waiting), default=None),
        )

    def _files(self, *suffixes: str) -> Iterator[Path]:
        """Ours; whatever else somebody put into the folder is left alone."""
        return (path for path in self._folder.iterdir() if path.suffix in suffixes and _NAME.fullmatch(path.stem))


def begun_at(path: Path) -> float:
    """Seconds of the epoch."""
    return _number(path) / 1000


def _lane(path: Path) -> Lane:
    return Lane(path.stem.rpartition("-")[0])


def _number(path: Path) -> int:
    """Milliseconds of the epoch, or a little later where two were begun at once."""
    return int(path.stem.rpartition("-")[2])


def _made(folder: Path) -> None:
    """Each new level is synced in the one above it, or a power cut may take the folder with all that is in it."""
    if not folder.is_dir():
        _made(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    # Also where it stood already: whoever made it may have died before it was synced.
    above = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(above)
    finally:
        os.close(above)


def _locked(folder: Path) -> int:
    """Held for as long as the process lives: the system lets it go at any death."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise SpoolInUse(folder) from None
    return lock


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
