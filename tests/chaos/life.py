"""One life of a sender that may be died at any await."""

from __future__ import annotations

import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from local.ports import free_ports
from local.programs import signal_group, spawn
from local.system import all_ready
from tests.chaos.field import LEASE_SECONDS, Field
from tests.chaos.mortal import SEEN_VARIABLE

_NAME: Final = "mortal"  # all lives of a field have it: whoever comes next need not wait until the dead one is missed
_PARK_AFTER_SECONDS: Final = 5 * LEASE_SECONDS
"""From the claim: whoever inherits the text must be up, on a busy machine too, and have looked for it before."""


@asynccontextmanager
async def life(field: Field, seen: str) -> AsyncIterator[Process]:
    """Ready when it is entered, dead when it is left. The places it comes by are written into the file `seen`."""
    (port,) = free_ports(1)
    own = {
        "MISSEDCALL_INSTANCE": _NAME,
        "MISSEDCALL_OPS_PORT": str(port),
        "MISSEDCALL_PARK_AFTER_SECONDS": str(_PARK_AFTER_SECONDS),
        SEEN_VARIABLE: str(field.folder / seen),
    }
    log = field.folder / f"{_NAME}.log"
    environment = {**os.environ, **field.environment, **own}
    process = await spawn((sys.executable, "-m", "tests.chaos.mortal"), log=log, env=environment)
    try:
        await all_ready({_NAME: f"http://127.0.0.1:{port}"}, field.folder)
        yield process
    finally:
        signal_group(process, signal.SIGKILL)
        await process.wait()
