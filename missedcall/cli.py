"""The `missedcall` command; each of its commands is a file beside this one."""

from __future__ import annotations

from typing import Final

import typer

from missedcall import business, texts
from missedcall.backfill import backfill
from missedcall.bench import bench
from missedcall.dead_letters.commands import app as dead_letters
from missedcall.demo import demo
from missedcall.pause import pause, paused, resume
from missedcall.schemas import schemas
from missedcall.simulate import simulate
from missedcall.topics import topics
from missedcall.trace import trace
from missedcall.up import up

app: Final = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="A missed call becomes one text."
)
app.command()(demo)
app.command()(up)
app.command()(simulate)
app.add_typer(business.app, name="business")
app.add_typer(texts.app, name="texts")
app.command()(pause)
app.command()(resume)
app.command()(paused)
app.command()(trace)
app.command()(backfill)
app.add_typer(dead_letters, name="dead-letters")
app.command()(topics)
app.command()(schemas)
app.command()(bench)

if __name__ == "__main__":
    app()
