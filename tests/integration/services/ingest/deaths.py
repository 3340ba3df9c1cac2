"""Places to die at on the way of a record to the disk and to Kafka: each system call of the spool, each await."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

ResultT = TypeVar("ResultT")

_CALLS: Final = ("open", "fsync", "ftruncate", "close")


@dataclass
class Deaths:
    """Dies at the k-th place it comes by; and writes down, before it goes on, what a power cut would leave.

    `synced` holds a line for each sync: a file and how many bytes of it are on the disk, or the folder's names.
    """

    kth: int
    folder: Path
    synced: int
    passed: int = 0
    _write: Callable[[int, Any], int] = os.write
    _names: dict[int, str] = field(default_factory=dict)

    def place(self) -> None:
        self.passed += 1
        if self.passed == self.kth:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Every module has the same `os`; what else calls it only makes for more places."""
        for name in _CALLS:
            setattr(os, name, self._mortal(getattr(os, name)))
        setattr(os, "fsync", self._noted(os.fsync))  # noqa: B010 - mypy: a function is not assigned to
        setattr(os, "write", self._half_written)  # noqa: B010
        setattr(Path, "unlink", self._mortal(Path.unlink))  # noqa: B010

    def _mortal(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            self.place()
            result = call(*arguments, **named)
            self.place()
            return result

        return called

    def _half_written(self, descriptor: int, data: Any) -> int:
        """A write that dies in its middle: the system takes as much of it as it likes."""
        self.place()
        half = self._write(descriptor, data[: len(data) // 2])
        self.place()
        return half + self._write(descriptor, data[len(data) // 2 :])

    def _noted(self, fsync: Callable[[int], None]) -> Callable[[int], None]:
        def called(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            names = [each.name for each in self.folder.iterdir()]
            known = names if path == self.folder else [path.name, os.fstat(descriptor).st_size]
            fsync(descriptor)
            self._write(self.synced, f"{json.dumps(known)}\n".encode())

        return called

    async def stepped(self, work: Awaitable[ResultT]) -> ResultT:
        """Every await of the work is a place, before it waits and after."""
        result: ResultT = await _Stepped(self, work)
        return result


@dataclass
class _Stepped:
    deaths: Deaths
    work: Awaitable[Any]

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self.work.__await__()
        try:
            waited_for = next(steps)
            while True:
                self.deaths.place()
                try:
                    answer = yield waited_for
                except BaseException as error:  # noqa: BLE001 - it is the work's to handle
                    waited_for = steps.throw(error)
                else:
                    self.deaths.place()
                    waited_for = steps.send(answer)
        except StopIteration as done:
            return done.value


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
