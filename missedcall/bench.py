"""`missedcall bench`: what each part costs, beside the shortest honest program that does the same work."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from typing import Annotated

import typer
from rich.console import Console

from bench.catalogue import BENCHES, BY_NAME_ONLY
from bench.run import HERE, run
from bench.scale import FULL, QUICK
from local.signals import cancelled_by_signals
from missedcall.failing import BAD_INPUT, fail, failing_clearly
from missedcall.progress import shown_progress


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which ones; all but the longest where none is named.")
    ] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Small, to see that it works: nothing is kept.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object, for machines.")] = False,
) -> None:
    """Measure on a real Kafka and a real MongoDB, and keep the figures in bench/results."""
    chosen = names or [name for name in BENCHES if name not in BY_NAME_ONLY]
    if unknown := [name for name in chosen if name not in BENCHES]:
        fail(f"there is no bench {', '.join(unknown)}: there are {', '.join(BENCHES)}", code=BAD_INPUT)
    try:
        with failing_clearly():
            lines = asyncio.run(_run(chosen, Console(stderr=as_json), quick=quick))
    except asyncio.CancelledError:
        raise typer.Exit(130) from None
    if as_json:
        print(json.dumps(lines))


async def _run(names: list[str], console: Console, *, quick: bool) -> dict[str, object]:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a topic that is being made is worth no line here
    with cancelled_by_signals(), shown_progress(console) as progress:
        scale = QUICK if quick else FULL
        keep = None if quick else HERE
        found = await run(names, scale, environ=os.environ, console=console, progress=progress, keep=keep)
    return {name: [line.row() for line in lines] for name, lines in found.items()}
