"""How one dead letter is shown; its payload only where that was asked for."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import typer

from missedcall.dead_letters.book import Whole
from missedcall.dead_letters.views import printable


def show_whole(whole: Whole, *, payload: bool, as_json: bool) -> None:
    facts = told(whole) | (_payload(whole) if payload else {})
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        if name != "payload_base64":
            typer.echo(f"{name.replace('_', ' '):<14} {_words(value)}")
    typer.echo(f"\n{_next(whole)}")


def told(whole: Whole) -> dict[str, Any]:
    """Without the record's value: somebody's number or words may stand there."""
    letter, replays = whole.letter, whole.replays
    record = letter.record
    return {
        "id": letter.id,
        "service": letter.service,
        "rejected_at": letter.event.time.isoformat(),
        "reason": record.reason,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "bytes": len(record.value_bytes or b""),
        "headers": {name: (value or b"").decode(errors="backslashreplace") for name, value in record.header_bytes},
        "attempt": letter.attempt,
        "replayed_from": letter.replayed_from,
        "replays": replays.times if replays else 0,
        "replayed_to": list(replays.places) if replays else [],
        "came_back_as": whole.came_back_as,
        "readable": letter.problem is None,
        "problem": letter.problem,
    }


def _payload(whole: Whole) -> dict[str, str]:
    value = whole.letter.record.value_bytes or b""
    return {"payload": value.decode(errors="backslashreplace"), "payload_base64": b64encode(value).decode()}


def _words(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None | [] | {}:
            return "-"
        case list():
            return printable(", ".join(value))
        case dict():
            return printable(", ".join(f"{name}={text}" for name, text in value.items()))
        case _:
            return printable(str(value))


def _next(whole: Whole) -> str:
    letter = whole.letter
    if whole.came_back_as:
        return f"its replay was rejected again: `missedcall dead-letters show {whole.came_back_as}`"
    if whole.replays:
        return "it was replayed, and has not come back"
    if letter.problem:
        return "this release cannot read it either: mend the cause, then replay it"
    return f"when the cause is mended: `missedcall dead-letters replay {letter.id}`"
