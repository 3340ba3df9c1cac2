"""`missedcall demo`: the whole system, a simulated Twilio, and scenes played on it, told and checked."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Final

import typer
from rich.console import Console

from local.errors import LocalStackError
from local.signals import cancelled_by_signals
from local.system import System, running_system
from missedcall.demo_views import introduce, show_outcomes, show_trace
from missedcall.failing import failing_clearly
from missedcall.progress import shown_progress
from missedcall.stage.opening import open_stage
from missedcall.stage.play import Outcome, Stage
from missedcall.stage.scene import Scene, load_scenes
from missedcall.stage.telling import told

SCENES: Final = Path(__file__).parent / "scenes"
_SPEED: Final = 20.0
_OF_A_REAL_TWILIO: Final = ("MISSEDCALL_TWILIO", "MISSEDCALL_PUBLIC_URL", "MISSEDCALL_INGEST_PORT")


def demo(
    *,
    scenes: Annotated[Path, typer.Option(help="A folder of scenes of your own, *.toml.")] = SCENES,
    as_json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object, for machines.")] = False,
) -> None:
    """Play every scene on the real parts and show what came of it; exit 1 where it is not what it must be."""
    try:
        with failing_clearly():
            outcomes = asyncio.run(_demonstrate(load_scenes(scenes), os.environ, Console(stderr=as_json)))
    except asyncio.CancelledError:
        raise typer.Exit(130) from None
    ok = all(outcome.ok for outcome in outcomes)
    if as_json:
        print(json.dumps({"ok": ok, "scenes": [_row(outcome) for outcome in outcomes]}))
    raise typer.Exit(0 if ok else 1)


async def _demonstrate(scenes: Sequence[Scene], environ: Mapping[str, str], console: Console) -> list[Outcome]:
    introduce(console, environ)
    with cancelled_by_signals(), shown_progress(console) as progress:
        async with running_system(_apart(environ), speed=_SPEED, progress=progress) as system, _stage(system) as stage:
            console.print(f"All is ready: {len(scenes)} scenes are played side by side.\n")
            outcomes = await stage.play_all(scenes, told=lambda outcome: console.print(told(outcome, stage.observer)))
            await show_trace(console, outcomes, {**os.environ, **system.environment})
    show_outcomes(console, outcomes)
    return outcomes


def _apart(environ: Mapping[str, str]) -> dict[str, str]:
    """Whatever this shell is set up for: no real Twilio is reached, and no topic of a real system on given servers."""
    rest = {name: value for name, value in environ.items() if not name.startswith(_OF_A_REAL_TWILIO)}
    return rest | {"MISSEDCALL_NAMESPACE": f"demo{token_hex(4)}."}


def _stage(system: System) -> AbstractAsyncContextManager[Stage]:
    if system.simulator is None:
        raise LocalStackError("There is no simulated Twilio: unset MISSEDCALL_TWILIO_API_BASE.")
    environment = {**os.environ, **system.environment}
    metrics_urls = [f"{url}/metrics" for url in system.ops.values()]
    return open_stage(simulator=system.simulator, environment=environment, metrics_urls=metrics_urls)


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.scene.name,
        "expected": outcome.expected,
        "observed": outcome.observed,
        "ok": outcome.ok,
    }
