"""`missedcall up`: the whole system on this machine until Ctrl-C or SIGTERM, and nothing left of it afterwards."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from local.errors import LocalStackError
from local.signals import cancelled_by_signals
from local.system import System, running_system
from missedcall.failing import fail
from missedcall.progress import shown_progress
from missedcall.running import remove_run_file, run_file, write_run_file


def up(
    *,
    speed: Annotated[float, typer.Option(help="Call seconds that pass in a second, where Twilio is simulated.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="First line: one JSON object, once all is ready.")] = False,
) -> None:
    """Run everything here: Kafka, MongoDB, every service, and a simulated Twilio where no real one is named."""
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        try:
            asyncio.run(_stay_up(os.environ, speed=speed, as_json=as_json))
        except LocalStackError as error:
            fail(str(error))


async def _stay_up(environ: Mapping[str, str], *, speed: float, as_json: bool) -> None:
    console = Console(stderr=True)
    path = run_file(environ)
    with cancelled_by_signals(), shown_progress(console) as progress:
        async with running_system(environ, speed=speed, progress=progress) as system:
            write_run_file(path, addresses(system) | {"pid": os.getpid(), "environment": dict(system.environment)})
            try:
                print(json.dumps(addresses(system)) if as_json else "", end="\n" if as_json else "", flush=True)
                if not as_json:
                    _show(console, system)
                await asyncio.Event().wait()
            finally:
                remove_run_file(path)


def addresses(system: System) -> dict[str, Any]:
    """What machines are told."""
    return {
        "ingest": system.ingest,
        "simulator": system.simulator,
        "kafka": system.stack.kafka,
        "mongodb": system.stack.mongodb,
        "metrics": {name: f"{url}/metrics" for name, url in system.ops.items()},
        "pids": dict(system.pids),
    }


def _show(console: Console, system: System) -> None:
    table = Table("what", "where", "process", box=None, pad_edge=False)
    table.add_row("ingest (Twilio's webhooks)", system.ingest, "")
    table.add_row("simulated Twilio", system.simulator or "none: a real one is named", "")
    table.add_row(f"Kafka ({system.stack.kind})", system.stack.kafka, "")
    table.add_row(f"MongoDB ({system.stack.kind})", system.stack.mongodb, "")
    for name, url in system.ops.items():
        table.add_row(f"{name}: live, ready, metrics", url, str(system.pids.get(name, "")))
    table.add_row("Twilio credentials", str(system.credentials), "")
    table.add_row("logs", str(system.folder), "")
    console.print(table)
    console.print("All is ready. `missedcall business add` connects a business; Ctrl-C ends it.")
