"""How a backfill is shown: a bar an account while it runs, a table or one JSON object when it is over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn
from rich.table import Table

from services.ingest.backfill.runs import Run, State


@contextmanager
def shown_runs(console: Console) -> Iterator[Callable[[Sequence[Run]], None]]:
    """Gone when it is over: the result is shown after it."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[news]}"))
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True) as bar:

        def show(runs: Sequence[Run]) -> None:
            for run in runs:
                if run.run_id not in tasks:
                    total = (run.until - run.since).total_seconds()
                    tasks[run.run_id] = bar.add_task(run.account_sid, total=total, news="")
                done = (run.until - run.reached).total_seconds()
                bar.update(tasks[run.run_id], completed=done, news=_news(run))

        yield show


def show_result(runs: Sequence[Run], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"found": sum(run.found for run in runs), "runs": [_plain(run) for run in runs]}))
        return
    table = Table("account", "state", "calls listed", "of them ingested", "too recent", box=None, pad_edge=False)
    for run in runs:
        state = run.state + (f": {run.trouble}" if run.trouble else "")
        table.add_row(run.account_sid, state, str(run.listed), str(run.found), str(run.waiting))
    console = Console(highlight=False, markup=False)
    console.print(table)
    if any(run.found for run in runs):
        console.print("A call that ended too long ago gets no text; `missedcall trace` with its SID says so.")
    if any(run.waiting for run in runs):
        console.print("Those that ended a moment ago are left to ingest's own schedule.")


def _news(run: Run) -> str:
    return f"waits: {run.trouble}" if run.trouble and run.state is State.OPEN else f"{run.found} ingested"


def _plain(run: Run) -> dict[str, Any]:
    return run.model_dump(mode="json", exclude={"begun", "read_until"})
