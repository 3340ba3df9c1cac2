"""What a process costs: CPU and memory, as the kernel counts them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_SERVERS: Final = {"java": "Kafka", "mongod": "MongoDB"}


def cpu_seconds(pid: int) -> float:
    """User and system, all threads, since its start."""
    # What stands behind the name, which is in brackets and may hold anything; see proc(5), fields 14 and 15.
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_megabytes(pid: int) -> float:
    return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE / 1e6


def servers() -> Mapping[str, int]:
    """Kafka and MongoDB, where we have started them ourselves: then they are our children."""
    found = {}
    for children in (_PROC / "self" / "task").glob("*/children"):
        for pid in children.read_text().split():
            name = (_PROC / pid / "comm").read_text().strip()
            if name in _SERVERS:
                found[_SERVERS[name]] = int(pid)
    return found
