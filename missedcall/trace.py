"""`missedcall trace`: the whole story of a call, in the order in which it happened."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from missedcall.databases import database_of
from missedcall.failing import fail, failing_clearly
from services.audit import NAME
from services.audit.reading import entries_about
from services.audit.state import COLLECTION
from services.audit.story import Line, story

_MINUTE: Final = 60
_HOUR: Final = 3600


def trace(
    about: Annotated[str, typer.Argument(help="A call SID, message SID, text id or conversation id.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Tell the whole story of a call: what Twilio said, what was decided, and what became of the text."""
    with failing_clearly():
        lines = asyncio.run(story_about(about, os.environ))
    if not lines:
        fail(f"nothing is known of {about}: check it letter by letter, or try again when the audit has caught up")
    if as_json:
        typer.echo(json.dumps({"about": about, "events": [asdict(line) for line in lines]}, default=str))
    else:
        show_story(lines, Console(highlight=False, markup=False))


async def story_about(about: str, environ: Mapping[str, str]) -> list[Line]:
    """What the audit knows of it by now."""
    async with database_of(NAME, environ) as database:
        return story(await entries_about(database[COLLECTION], about))


def show_story(lines: Sequence[Line], console: Console) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column()
    for line in lines:
        table.add_row(f"+{span(line.waited)}", line.topic, line.sentence)
    start = lines[0].time.isoformat(timespec="milliseconds")
    console.print(f"from {start}, {span(lines[-1].seconds)} in all; each time counts from the line before")
    console.print(table)


def span(seconds: float) -> str:
    """In milliseconds what machines do, in hours what waits for a deadline or a person."""
    if seconds < _MINUTE:
        return f"{seconds:.3f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.1f} min"
    return f"{seconds / _HOUR:.1f} h"
