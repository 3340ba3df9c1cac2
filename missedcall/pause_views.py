"""How pauses are shown: to people as sentences and a table, to machines as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import typer
from rich.console import Console
from rich.table import Table

from missedcall.in_effect import warn_unless
from missedcall.pause_book import Turned
from schemas.controls import ControlChanged, ControlScope, Texting

_STANDS: Final = {
    Texting.ON: "on",
    Texting.PAUSED: "paused",
    Texting.SHADOW: "in shadow mode: all is done but the sending",
}


def show_turned(turned: Turned, *, as_json: bool) -> None:
    """That texting goes on here says nothing of a pause of a wider scope, so others are told of."""
    if as_json:
        control = turned.control.model_dump(mode="json") if turned.control else None
        typer.echo(json.dumps({"control": control, "published": turned.published, "others": turned.others}))
    else:
        typer.echo(_told(turned.control))
    if turned.others:
        plural = "other pause stands" if turned.others == 1 else "other pauses stand"
        typer.echo(f"{turned.others} {plural}: `missedcall paused` shows all", err=True)
    warn_unless(published=turned.published, service="businesses")


def show_paused(controls: Sequence[ControlChanged], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"paused": [control.model_dump(mode="json") for control in controls]}))
        return
    if not controls:
        typer.echo("texting is paused nowhere")
        return
    table = Table("where", "texting", "since", "why", box=None, pad_edge=False)
    for control in controls:
        since = control.changed_at.isoformat(timespec="seconds")
        table.add_row(_where(control), control.texting, since, control.why)
    Console(highlight=False, markup=False).print(table)


def _told(control: ControlChanged | None) -> str:
    if control is None:
        return "texting was not paused there: nothing was changed"
    return f"texting for {_where(control)} is {_STANDS[control.texting]}"


def _where(control: ControlChanged) -> str:
    return "everybody" if control.scope is ControlScope.EVERYWHERE else f"{control.scope} {control.name}"
