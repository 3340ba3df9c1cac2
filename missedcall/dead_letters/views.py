"""How dead letters are listed, and what became of a replay: to people as blocks, to machines as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer

from missedcall.dead_letters.book import Found
from missedcall.dead_letters.outcomes import Outcome, Result
from missedcall.dead_letters.overview import Fate, Group, Held, grouped


def show_found(found: Found, *, each: bool, as_json: bool) -> None:
    groups = grouped(found.rows)
    if as_json:
        plain = {"groups": [_plain(group) for group in groups], "held": [asdict(held) for held in found.held]}
        typer.echo(json.dumps({**plain, "passed_over": found.passed_over}, default=_time))
        return
    for group in groups:
        _show_group(group, each=each)
    for held in found.held:
        _show_held(held)
    if found.passed_over:
        typer.echo(f"{found.passed_over} records in topics of dead letters are none: who else writes there?", err=True)
    typer.echo(_total(found))


def show_replayed(results: Sequence[Result], *, as_json: bool) -> bool:
    """Whether all that was asked for is done; what was replayed before is."""
    counts = Counter(result.outcome for result in results)
    if as_json:
        known = {"results": [asdict(result) for result in results]}
        typer.echo(json.dumps({**known, "counts": {outcome.value: counts[outcome] for outcome in Outcome}}))
    else:
        for result in results:
            _show_result(result)
        typer.echo(", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]) or "none found")
    return not counts[Outcome.UNREADABLE] and not counts[Outcome.FAILED]


def show_accepted(service: str, count: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"service": service, "accepted": count}))
    elif count:
        typer.echo(f"{count} dead letters of {service} count no more; if it has stopped, start it again")
    else:
        typer.echo(f"nothing counts against {service}: it does not stop at dead letters now")


def printable(text: str) -> str:
    """What others wrote cannot steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _show_group(group: Group, *, each: bool) -> None:
    counts = ", ".join(f"{count} {fate}" for fate in Fate if (count := group.count(fate)))
    typer.echo(f"{group.service}  {printable(group.topic)}  {printable(group.reason)}")
    typer.echo(f"  count     {len(group.rows)}: {counts}")
    typer.echo(f"  rejected  {_time(group.first)} first, {_time(group.last)} last; attempts: {group.attempts}")
    if not each:
        typer.echo(f"  last one  {group.rows[-1].id}\n")
        return
    for row in group.rows:
        typer.echo(f"  {row.id}  {_time(row.at)}  {printable(row.place)}  attempt {row.attempt}, {row.fate}")
    typer.echo()


def _show_held(held: Held) -> None:
    typer.echo(f"{held.service}  {printable(held.topic)}  {printable(held.reason)}")
    typer.echo(f"  count     {held.count} in no topic of dead letters: at too many, {held.service} stops before them")
    typer.echo(
        f"  next      mend the cause and start {held.service} again; where they shall be put aside all the same,"
        f" first `missedcall dead-letters accept {held.service}`\n"
    )


def _show_result(result: Result) -> None:
    match result.outcome:
        case Outcome.UNREADABLE:
            detail = f"{printable(result.detail)}; it would come back: mend the cause first, or replay it with --force"
        case Outcome.FAILED:
            detail = f"{result.detail}; see that Kafka runs, and give the command again: it goes on with what is left"
        case _:
            detail = result.detail
    typer.echo(f"{result.letter_id}  {result.outcome}: {detail}")


def _total(found: Found) -> str:
    if not found.rows:
        return "no dead letters" + (", yet" if found.held else "")
    waiting = sum(row.fate is Fate.WAITING for row in found.rows)
    return f"{len(found.rows)} dead letters, {waiting} of them waiting to be replayed"


def _plain(group: Group) -> Mapping[str, Any]:
    """Without what stands in each row too."""
    rows = [{"id": r.id, "place": r.place, "at": r.at, "attempt": r.attempt, "fate": r.fate} for r in group.rows]
    known = {"service": group.service, "topic": group.topic, "reason": group.reason, "count": len(rows)}
    times = {"first": group.first, "last": group.last, "attempts": group.attempts}
    return {**known, **times, **{fate.name.lower(): group.count(fate) for fate in Fate}, "letters": rows}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
