"""How texts are shown of which nobody knows what became: to people as blocks with a next step, to machines as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import typer

from missedcall.in_effect import warn_unless
from missedcall.text_book import Recorded
from services.audit.sentences import shortened
from services.sender.entry import Entry, State


def show_parked(entries: Sequence[Entry], *, as_json: bool) -> None:
    texts = [told(entry) for entry in entries]
    if as_json:
        typer.echo(json.dumps({"texts": texts}))
        return
    for text in texts:
        typer.echo(f"{text['text_id']}  {text['state']}, of business {text['business_id']}")
        typer.echo(f"  since  {text['since']}")
        typer.echo(f"  why    {text['sentence']}")
        typer.echo(f"  tried  {text['tried']}")
        typer.echo(f"  next   {text['next']}\n")
    typer.echo(f"{len(texts)} texts of which nobody knows whether Twilio has them" if texts else "no text stands open")


def show_ruled(recorded: Recorded, *, as_json: bool) -> None:
    entry = recorded.entry
    if as_json:
        ruling = entry.ruling.model_dump() if entry.ruling else None
        known = {"text_id": entry.text.text_id, "state": entry.state, "message_sid": entry.message_sid}
        typer.echo(json.dumps({**known, "ruling": ruling, "published": recorded.published}))
    else:
        typer.echo(f"{entry.text.text_id} is {entry.state}, by ruling; `missedcall trace` tells its story")
    warn_unless(published=recorded.published, service="sender")


def told(entry: Entry) -> dict[str, Any]:
    """`since`: its POST began no earlier, and no later than its claim's end. Of the number the last four digits."""
    text = entry.text
    return {
        "text_id": text.text_id,
        "state": entry.state,
        "business_id": text.business_id,
        "account_sid": text.account_sid,
        "recipient": shortened(text.recipient),
        "since": _time(entry.claimed_at),
        "reason": entry.reason,
        "sentence": entry.reason.sentence if entry.reason else "",
        "claims": entry.attempts,
        "looks": entry.looks,
        "tried": _tried(entry),
        "next": _next(entry),
    }


def _tried(entry: Entry) -> str:
    before = entry.attempts - 1
    unsent = f", after it came back unsent {_times(before)}" if before > 0 else ""
    return f"posted once{unsent}; Twilio's list searched {_times(entry.looks)}, and no callback came"


def _next(entry: Entry) -> str:
    text = entry.text
    if entry.state is not State.PARKED:
        return "see that the sender runs and that Twilio answers it: it looks once more, and parks the text"
    until = _time(entry.claim.until) if entry.claim else "its claim's end"
    return (
        f"look in the message log of {text.account_sid} for a text to {shortened(text.recipient)} from"
        f" {_time(entry.claimed_at)} until {until}; then `missedcall texts rule {text.text_id} --accepted SID` or"
        " `--failed`, each with `--because`"
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
