"""The benches run, small, on the real stack, and measure what they should; how fast, is not asserted."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console

from bench.run import run
from bench.scale import QUICK
from local.jars import unseen
from local.stack import Stack

# The kernel counts CPU in hundredths of a second: a quick run may take none.
_CPU = ("CPU µs/record", "CPU µs/webhook")
# The others start the same programs in the same way, for longer.
_TRIED = ("stage", "sender")


@pytest.mark.parametrize("name", _TRIED)
async def test_a_quick_run_measures_every_line_and_writes_it_down(stack: Stack, name: str, tmp_path: Path) -> None:
    environ = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka, "MONGODB_URI": stack.mongodb}
    shown = io.StringIO()
    console = Console(file=shown, width=120)
    found = await run([name], QUICK, environ=environ, console=console, progress=unseen, keep=tmp_path)
    assert len(found[name]) > 0
    assert all(len(line.figures) == len(line.beside) == QUICK.rounds for line in found[name])
    assert all(figure > 0 for line in found[name] if line.unit not in _CPU for figure in (*line.figures, *line.beside))
    assert all(line.name.split(",")[0] in shown.getvalue() for line in found[name])
    written = json.loads((tmp_path / "results" / f"{name}.json").read_text())
    assert written["lines"] == [line.row() for line in found[name]]
