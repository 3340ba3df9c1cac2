"""A person at a terminal: types commands on a machine where a system runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from typer.testing import CliRunner, Result

from missedcall.cli import app
from missedcall.running import write_run_file
from tests.integration.wire import Wire

Command = Callable[..., Awaitable[Result]]


def terminal(wire: Wire, folder: Path) -> Command:
    """An `up` keeps a run file on this machine; commands find the system by that alone."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": wire.stack.kafka,
        "MONGODB_URI": wire.stack.mongodb,
        "MISSEDCALL_NAMESPACE": wire.namespace,
    }
    path = folder / "up.json"
    write_run_file(path, {"pid": os.getpid(), "environment": environment})
    env = {"MISSEDCALL_RUN_FILE": str(path), "MONGODB_URI": None, "KAFKA_BOOTSTRAP_SERVERS": None, "COLUMNS": "200"}

    async def typed(*arguments: str) -> Result:
        """In a thread: a command has an event loop of its own."""
        return await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=env)

    return typed
