"""`missedcall demo`: the whole system, a simulated Twilio, and scenes played on it, told and checked."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from local.errors import LocalStackError
from local.folders import cache_folder
from local.jars import KAFKA_DOWNLOAD_BYTES, kafka_is_cached
from local.signals import cancelled_by_signals
from local.system import System, running_system
from missedcall.failing import fail
from missedcall.progress import shown_progress
from missedcall.stage.opening import open_stage
from missedcall.stage.play import Outcome, Stage
from missedcall.stage.scene import load_scene
from missedcall.stage.telling import told
from missedcall.trace import show_story, story_about

SCENES: Final = Path(__file__).parent / "scenes"
_SPEED: Final = 20.0


def demo(
    *, as_json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object, for machines.")] = False
) -> None:
    """Play every scene on the real parts and show what came of it; exit 1 where it is not what it must be."""
    console = Console(stderr=as_json)
    try:
        outcomes = asyncio.run(_play(os.environ, console))
    except LocalStackError as error:
        fail(str(error))
    except asyncio.CancelledError:
        raise typer.Exit(130) from None
    ok = all(outcome.ok for outcome in outcomes)
    if as_json:
        print(json.dumps({"ok": ok, "scenes": [_row(outcome) for outcome in outcomes]}))
    raise typer.Exit(0 if ok else 1)


async def _play(environ: Mapping[str, str], console: Console) -> list[Outcome]:
    _introduce(console, environ)
    scenes = [load_scene(path) for path in sorted(SCENES.glob("*.toml"))]
    own = {name: value for name, value in environ.items() if not name.startswith("MISSEDCALL_TWILIO")}
    with cancelled_by_signals(), shown_progress(console) as progress:
        async with running_system(own, speed=_SPEED, progress=progress) as system, _stage(system) as stage:
            console.print(f"All is ready; {len(scenes)} scenes are played side by side.\n")
            outcomes = await stage.play_all(scenes, told=lambda outcome: console.print(told(outcome, stage.observer)))
            await _show_one_trace(console, system, outcomes)
    _show_table(console, outcomes)
    return outcomes


def _stage(system: System) -> AbstractAsyncContextManager[Stage]:
    if system.simulator is None:
        raise LocalStackError("There is no simulated Twilio: unset MISSEDCALL_TWILIO_API_BASE.")
    environment = {**os.environ, **system.environment}
    metrics_urls = [f"{url}/metrics" for url in system.ops.values()]
    return open_stage(simulator=system.simulator, environment=environment, metrics_urls=metrics_urls)


def _introduce(console: Console, environ: Mapping[str, str]) -> None:
    console.print("[bold]MissedCallSMS[/bold]: a missed call becomes one text.\n")
    console.print("Real: Apache Kafka, MongoDB, every service as a process, Twilio's own client and signatures.")
    console.print("Simulated: Twilio itself, and the people. No text leaves this machine.")
    if not kafka_is_cached(cache_folder(environ)):
        size = KAFKA_DOWNLOAD_BYTES // 1_000_000
        console.print(f"Downloads once: Apache Kafka, about {size} MB. (MongoDB came with the installation.)")


async def _show_one_trace(console: Console, system: System, outcomes: Sequence[Outcome]) -> None:
    """The longest story there is: the one with the most to tell."""
    longest = max((step for outcome in outcomes for step in outcome.steps), key=lambda step: len(step.became))
    console.print(f"[bold]The whole story of one call[/bold]: missedcall trace {longest.about}\n")
    show_story(await story_about(longest.about, {**os.environ, **system.environment}), console)


def _show_table(console: Console, outcomes: Sequence[Outcome]) -> None:
    table = Table(
        "", "scene", "expected", "observed", title="What must come of each scene, and what came", show_lines=True
    )
    for outcome in outcomes:
        observed = "the same" if outcome.ok else outcome.observed
        table.add_row("✓" if outcome.ok else "✗", outcome.scene.name, outcome.expected, observed)
    console.print(table)


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.scene.name,
        "expected": outcome.expected,
        "observed": outcome.observed,
        "ok": outcome.ok,
    }
