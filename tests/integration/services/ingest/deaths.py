"""Places to die at on the way of a record to the disk and to Kafka: each line of ingest's, in each of its threads."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

_ROOT: Final = str(Path(__file__).parents[4]) + "/"
# Where a part of it has been taken: what follows in the file later begins after a torn piece.
WRITE: Final = "in the middle of a write"
_OURS: Final = ("services/ingest/", "runtime/publish.py")


class Point(NamedTuple):
    """The so many-th time that a life comes by a place."""

    place: str
    time: int


@dataclass
class Deaths:
    """Dies at the point; and writes down, before it goes on, what a power cut would leave.

    `synced` takes a line for each sync: a file and how many bytes of it are on the disk, or the folder's names.
    """

    point: Point | None
    folder: Path
    synced: int
    passed: Counter[str] = field(default_factory=Counter)
    _write: Callable[[int, Any], int] = os.write

    def install(self) -> None:
        """From now on, in this thread and in those that it starts; every module has the same `os`."""
        setattr(os, "fsync", self._noted(os.fsync))  # noqa: B010 - mypy: a function is not assigned to
        setattr(os, "write", self._partly_written)  # noqa: B010
        threading.settrace(self._entered)
        sys.settrace(self._entered)

    def _place(self, place: str) -> None:
        self.passed[place] += 1
        if self.point == (place, self.passed[place]):
            os.kill(os.getpid(), signal.SIGKILL)

    def _entered(self, frame: FrameType, _event: str, _argument: object) -> Any:
        """Called, or gone on with after an await."""
        file = frame.f_code.co_filename.removeprefix(_ROOT)
        if not file.startswith(_OURS):
            return None
        self._place(f"into {file}:{frame.f_lineno}")
        return self._at_line

    def _at_line(self, frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            self._place(f"{frame.f_code.co_filename.removeprefix(_ROOT)}:{frame.f_lineno}")
        return self._at_line

    def _partly_written(self, descriptor: int, data: Any) -> int:
        """The system takes as much of it as it likes before we die: here a third, which is no end of a record's."""
        taken = self._write(descriptor, data[: len(data) // 3])
        self._place(WRITE)
        return taken + self._write(descriptor, data[taken:])

    def _noted(self, fsync: Callable[[int], None]) -> Callable[[int], None]:
        def called(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            names = [each.name for each in self.folder.iterdir()]
            known = names if path == self.folder else [path.name, os.fstat(descriptor).st_size]
            fsync(descriptor)
            self._write(self.synced, f"{json.dumps(known)}\n".encode())

        return called


def power_cut(folder: Path, synced: str) -> None:
    """Leaves what was synced: names that the folder's sync had seen, and of each file its synced beginning."""
    names: set[str] = set()
    sizes: dict[str, int] = {}
    for known in map(json.loads, synced.splitlines()):
        match known:
            case [str(name), int(size)]:
                sizes[name] = size
            case _:
                names.update(known)
    for path in folder.iterdir():
        if path.name in names:
            os.truncate(path, min(sizes.get(path.name, 0), path.stat().st_size))
        else:
            path.unlink()
