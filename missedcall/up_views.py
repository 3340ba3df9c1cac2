"""What a running system tells: to machines as one object, to people as a list and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from local.system import System

_SCENE: Final = Path(__file__).parent / "scenes" / "02-no-answer.toml"


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


def show(system: System, console: Console) -> None:
    """Never cut and never wrapped, so that an address can be copied from a narrow terminal too."""
    rows = dict(_rows(system))
    widest = max(map(len, rows))
    console.print("All is ready:\n")
    for what, where in rows.items():
        console.print(f"  {what:<{widest}}  {where}", soft_wrap=True)
    console.print("\nNext, in another terminal (Ctrl-C here ends everything):\n")
    for line in _next_steps(system):
        console.print(f"  {line}", soft_wrap=True)


def _rows(system: System) -> Iterator[tuple[str, str]]:
    yield "Twilio's webhooks come to", f"{system.ingest}/twilio/"
    yield "Twilio", f"{system.simulator} (simulated)" if system.simulator else "a real one: no simulator was started"
    yield "Twilio's auth tokens", f"{system.credentials} (one file an account, named by its SID)"
    yield f"Kafka ({system.stack.kind})", system.stack.kafka
    yield f"MongoDB ({system.stack.kind})", system.stack.mongodb
    for name, url in system.ops.items():
        yield name, f"{url}/metrics, /ready, /live (process {system.pids.get(name, 'starting')})"
    yield "logs", f"{system.folder}/*.log"


def _next_steps(system: System) -> Iterator[str]:
    """With a simulated Twilio a scene brings its own account; a real one is the operator's."""
    if system.simulator:
        yield f"missedcall simulate {_SCENE}"
        yield "    somebody calls, nobody answers, and a text goes out; it opens an account and a business of its own"
    accounts = sorted(file.name for file in system.credentials.glob("AC*"))
    account = accounts[0] if accounts else "AC..."
    if not accounts:
        yield f"put the account's auth token, alone on a line, into {system.credentials}/AC... (its Account SID)"
    options = f"--name NAME --number +1... --account-sid {account} --mode forward --forward-to +1..."
    yield f"missedcall business add {options}"
    yield "    connects a business; `missedcall trace CALL_SID` tells what became of a call"
