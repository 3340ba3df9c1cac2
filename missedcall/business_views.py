"""How businesses are shown: to people as tables, to machines as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from missedcall.business_book import Recorded
from missedcall.in_effect import warn_unless
from schemas.businesses import BusinessChanged, Status


def show_recorded(recorded: Recorded, *, as_json: bool) -> None:
    """The id alone on standard output, so that a script can take it."""
    business = recorded.business
    if as_json:
        known = {"id": business.business_id, "version": business.version, "published": recorded.published}
        typer.echo(json.dumps({**known, "business": _plain(business)}))
    else:
        typer.echo(business.business_id)
    warn_unless(published=recorded.published, service="businesses")


def show_one(business: BusinessChanged, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_plain(business)))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _facts(business).items():
        table.add_row(name, value)
    _console().print(table)


def show_all(businesses: Sequence[BusinessChanged], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"businesses": [_plain(business) for business in businesses]}))
        return
    table = Table("id", "name", "standing", "mode", "numbers", box=None, pad_edge=False)
    for b in businesses:
        table.add_row(b.business_id, b.name, _standing(b), b.mode, ", ".join(b.numbers))
    _console().print(table)


def _facts(business: BusinessChanged) -> dict[str, str]:
    return {
        "id": business.business_id,
        "version": str(business.version),
        "name": business.name,
        "standing": _standing(business),
        "plan": business.entitlement.plan,
        "Twilio account": business.account_sid,
        "numbers": ", ".join(business.numbers),
        "mode": business.mode,
        "rings": f"{', '.join(business.forward_to) or 'nobody'}, for {business.ring_seconds} s",
        "cooldown": f"{business.cooldown_minutes} minutes",
        "template": business.template,
    }


def _standing(business: BusinessChanged) -> str:
    entitlement = business.entitlement
    until = f" until {entitlement.trial_ends_at.isoformat(timespec='minutes')}"
    return entitlement.status + (until if entitlement.status is Status.TRIAL else "")


def _plain(business: BusinessChanged) -> dict[str, Any]:
    return business.model_dump(mode="json")


def _console() -> Console:
    return Console(highlight=False, markup=False)
