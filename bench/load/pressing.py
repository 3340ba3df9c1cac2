"""Runs a load generator as a process of its own, so that it shares no loop with anything, and takes what it found."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.tether import tethered


async def pressed(module: str, told: dict[str, Any]) -> Any:
    """What `python -m bench.load.MODULE` prints, as JSON. Raises LocalStackError where it fails."""
    argv = tethered([sys.executable, "-m", f"bench.load.{module}", json.dumps(told)])
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe)
    try:
        out, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise LocalStackError(f"the load generator {module} failed: {complaint.decode(errors='replace')[-1000:]}")
    return json.loads(out)


def written(file: Path, requests: Sequence[bytes]) -> str:
    """Where a load generator finds its requests."""
    file.write_text(json.dumps([request.decode() for request in requests]))
    return str(file)
