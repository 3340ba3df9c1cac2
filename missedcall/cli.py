"""The `missedcall` command; each of its commands is a file beside this one."""

from __future__ import annotations

from typing import Final

import typer

from missedcall import business
from missedcall.demo import demo
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
app.command()(trace)
app.command()(topics)
app.command()(schemas)

if __name__ == "__main__":
    app()
