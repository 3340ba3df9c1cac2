"""Where a process spends its CPU: py-spy's samples, made a page of text that can be kept and compared. Linux."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from local.errors import LocalStackError
from local.tether import tethered

_RATE: Final = 200  # samples a second: a finer picture would cost the process more than it shows
_SHOWN: Final = 40


async def samples_of(pid: int, seconds: float, file: Path) -> str:
    """Collapsed stacks, one a line with its count, of the time that the process was busy in Python: it held the GIL."""
    py_spy = Path(sys.executable).with_name("py-spy")
    options = ["--pid", str(pid), "--duration", f"{seconds:.0f}", "--rate", str(_RATE), "--format", "raw"]
    argv = tethered([str(py_spy), "record", *options, "--output", str(file), "--function", "--gil", "--nonblocking"])
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe)
    _, complaint = await process.communicate()
    if process.returncode != 0:
        said = complaint.decode(errors="replace").strip()[-500:]
        raise LocalStackError(f"py-spy could not look into process {pid} ({said}): run as root, or make install.")
    return await asyncio.to_thread(file.read_text)


def page(name: str, collapsed: str) -> str:
    """The functions by their own time and by that of all they call, in percent of the samples."""
    stacks = _stacks(collapsed)
    total = sum(count for _, count in stacks)
    own = _counted((frames[-1:], count) for frames, count in stacks)
    all_in_all = _counted((set(frames), count) for frames, count in stacks)
    parts = [f"{name}: {total} samples at work\n", *_ranked("own time", own, total)]
    return "\n".join([*parts, *_ranked("with what it calls", all_in_all, total)])


def samples_in(collapsed: str) -> int:
    return sum(count for _, count in _stacks(collapsed))


def _stacks(collapsed: str) -> list[tuple[list[str], int]]:
    parts = (line.rpartition(" ") for line in collapsed.splitlines())
    return [(frames.split(";"), int(count)) for frames, _, count in parts]


def _counted(stacks: Iterable[tuple[Iterable[str], int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for frames, count in stacks:
        for frame in frames:
            found[frame] += count
    return found


def _ranked(title: str, found: Counter[str], total: int) -> list[str]:
    rows = [f"{count / max(1, total):7.1%}  {frame}" for frame, count in found.most_common(_SHOWN)]
    return [f"--- {title}", *rows, ""]
