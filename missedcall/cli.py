"""The `missedcall` command; each of its commands is a file beside this one, imported when it is asked for.

All of them together import half of the system, which takes a second that nobody should wait for who asks one thing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

# Where each is found, in the order in which help shows them. An `app` holds commands of its own.
COMMANDS: Final = {
    "demo": "missedcall.demo:demo",
    "up": "missedcall.up:up",
    "simulate": "missedcall.simulate:simulate",
    "business": "missedcall.business:app",
    "texts": "missedcall.texts:app",
    "pause": "missedcall.pause:pause",
    "resume": "missedcall.pause:resume",
    "paused": "missedcall.pause:paused",
    "trace": "missedcall.trace:trace",
    "backfill": "missedcall.backfill:backfill",
    "dead-letters": "missedcall.dead_letters.commands:app",
    "topics": "missedcall.topics:topics",
    "schemas": "missedcall.schemas:schemas",
    "bench": "missedcall.bench:bench",
}


class Commands(TyperGroup):
    """Typer's own group, which learns of a command by its name."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        names: dict[str, Any] = dict.fromkeys(COMMANDS)
        self.commands = names  # they are listed, and suggested to who mistypes one

    def get_command(self, _context: Any, name: str) -> Any:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            group = typer.main.get_group(found)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        return typer.main.get_command(alone)


app: Final = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback(help="A missed call becomes one text.")
def missedcall() -> None:
    """What Typer needs to know that there are commands at all."""


if __name__ == "__main__":
    app()
