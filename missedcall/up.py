"""`missedcall up`: the whole system on this machine until Ctrl-C or SIGTERM, and nothing left of it afterwards."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console

from local.signals import cancelled_by_signals
from local.system import System, running_system
from missedcall.failing import failing_clearly
from missedcall.progress import shown_progress
from missedcall.running import remove_run_file, run_file, write_run_file
from missedcall.up_views import addresses, show


def up(
    *,
    speed: Annotated[float, typer.Option(help="Call seconds that pass in a second, where Twilio is simulated.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="First line: one JSON object, once all is ready.")] = False,
) -> None:
    """Run everything here: Kafka, MongoDB, every service, and a simulated Twilio where no real one is named."""
    with suppress(asyncio.CancelledError, KeyboardInterrupt), failing_clearly():
        asyncio.run(_stay_up(os.environ, speed=speed, as_json=as_json))


async def _stay_up(environ: Mapping[str, str], *, speed: float, as_json: bool) -> None:
    path = run_file(environ)
    with cancelled_by_signals(), shown_progress(Console(stderr=True)) as progress:
        async with running_system(environ, speed=speed, keeps=True, progress=progress) as system:
            write_run_file(path, addresses(system) | {"pid": os.getpid(), "environment": dict(system.environment)})
            try:
                _tell(system, as_json=as_json)
                await asyncio.Event().wait()
            finally:
                remove_run_file(path)


def _tell(system: System, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(addresses(system)), flush=True)
    else:
        show(system, Console(highlight=False, markup=False))
