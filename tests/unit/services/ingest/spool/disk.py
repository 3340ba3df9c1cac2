"""A disk that can be told to fail: the system's own calls, with errors in between."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import dataclass, field

import pytest

_REAL_FSYNC = os.fsync
_REAL_WRITE = os.write


@dataclass
class Disk:
    """`full`: a write takes its first half and then nothing. `broken`: a sync fails. `hung`: a sync waits."""

    full: bool = False
    broken: bool = False
    hung: threading.Event | None = None
    syncs: int = 0
    failed_on: set[int] = field(default_factory=set)

    def fsync(self, descriptor: int) -> None:
        self.syncs += 1
        if self.hung is not None:
            self.hung.wait(30)
        if self.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        _REAL_FSYNC(descriptor)

    def write(self, descriptor: int, data: memoryview) -> int:
        if not self.full:
            return _REAL_WRITE(descriptor, data)
        if len(data) < 2 or descriptor in self.failed_on:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.failed_on.add(descriptor)
        return _REAL_WRITE(descriptor, data[: len(data) // 2])


def installed(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr("services.ingest.spool.writer.os.fsync", disk.fsync)
    monkeypatch.setattr("services.ingest.spool.writer.os.write", disk.write)
    return disk
