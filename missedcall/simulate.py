"""`missedcall simulate SCENARIO.toml`: one scene of one's own, played on the running system and told."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from missedcall.failing import failing_clearly
from missedcall.running import NotRunning, read_run_file, run_file
from missedcall.stage.opening import open_stage
from missedcall.stage.play import Outcome
from missedcall.stage.scene import Scene, load_scene
from missedcall.stage.telling import told


def simulate(
    scenario: Annotated[Path, typer.Argument(help="A TOML file that says what happens and what must come of it.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Play a scene on the system that `missedcall up` runs; exit 1 where it does not become what it must."""
    with failing_clearly():
        scene = load_scene(scenario)
        outcome = asyncio.run(_play(scene, os.environ, Console(stderr=as_json)))
    if as_json:
        found = {"name": scene.name, "expected": outcome.expected, "observed": outcome.observed, "ok": outcome.ok}
        print(json.dumps(found | {"about": [step.about for step in outcome.steps]}))
    raise typer.Exit(0 if outcome.ok else 1)


async def _play(scene: Scene, environ: Mapping[str, str], console: Console) -> Outcome:
    running = read_run_file(run_file(environ))
    if running is None:
        raise NotRunning("no running system was found: start one with `missedcall up`")
    if running["simulator"] is None:
        raise NotRunning("the running system has no simulated Twilio: start `missedcall up` without a real one")
    environment = {**running["environment"], **environ}
    urls = list(running["metrics"].values())
    async with open_stage(simulator=running["simulator"], environment=environment, metrics_urls=urls) as stage:
        (outcome,) = await stage.play_all([scene], told=lambda outcome: console.print(told(outcome, stage.observer)))
        return outcome
