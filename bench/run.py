"""A whole run: one stack, the benches one after the other, a table each, and the figures written down."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.status import Status

from bench.catalogue import BENCHES
from bench.ground import Ground
from bench.lines import Line
from bench.report import table
from bench.scale import Scale
from local.folders import run_folder, runs_folder
from local.jars import Progress
from local.stack import running_stack

HERE: Final = Path(__file__).parent


async def run(
    names: Sequence[str],
    scale: Scale,
    *,
    environ: Mapping[str, str],
    console: Console,
    progress: Progress,
    keep: Path | None,
) -> dict[str, Sequence[Line]]:
    """Each table is shown as soon as it is there, and each bench's figures are written to a file of its name, which
    goes with the run where nothing is to be kept.
    """
    found: dict[str, Sequence[Line]] = {}
    async with running_stack(environ, progress) as stack:
        with run_folder(runs_folder()) as folder, console.status("starting") as status:
            for name in names:
                tell = partial(_tell, status, name)
                ground = Ground(stack=stack, folder=folder, keep=keep or folder, scale=scale, tell=tell)
                found[name] = await BENCHES[name](ground)
                console.print(table(name, found[name]), "")
                _write(ground.keep / "results" / f"{name}.json", found[name])
    return found


def _tell(status: Status, name: str, what: str) -> None:
    status.update(f"{name}: {what}")


def _write(file: Path, lines: Sequence[Line]) -> None:
    """With what tells one machine's figures from another's."""
    file.parent.mkdir(exist_ok=True)
    told: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "lines": [line.row() for line in lines],
    }
    file.write_text(json.dumps(told, indent=2) + "\n")
