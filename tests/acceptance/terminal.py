"""Commands as a person types them: each the installed program, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.tether import tethered

MISSEDCALL = str(Path(sys.executable).with_name("missedcall"))
_SECONDS = 120  # the longest command is the demo: 20 s on an idle machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> Any:
        return json.loads(self.out.splitlines()[-1])


def environment(**given: str) -> dict[str, str]:
    """Our own, without a word about any system, and then what is given."""
    of_ours = ("MISSEDCALL_", "KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI")
    return {name: value for name, value in os.environ.items() if not name.startswith(of_ours)} | given


async def typed(arguments: Sequence[str], environ: Mapping[str, str]) -> Typed:
    process = await started(arguments, environ)
    async with asyncio.timeout(_SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Typed(code=process.returncode, out=out.decode(), err=err.decode())


async def started(arguments: Sequence[str], environ: Mapping[str, str]) -> Process:
    """It dies with the test run, however that ends."""
    argv = tethered([MISSEDCALL, *arguments])
    return await asyncio.create_subprocess_exec(*argv, stdout=PIPE, stderr=PIPE, env=dict(environ))
