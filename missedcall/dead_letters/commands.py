"""`missedcall dead-letters`: list what could not be handled, look at one, replay it, accept a stop's count."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Annotated, Final, NoReturn

import typer

from missedcall.dead_letters import options as option
from missedcall.dead_letters.book import accept_all, found, whole
from missedcall.dead_letters.progress import shown_reading
from missedcall.dead_letters.reading import services
from missedcall.dead_letters.replaying import Order, replay
from missedcall.dead_letters.showing import show_whole
from missedcall.dead_letters.views import show_accepted, show_found, show_replayed
from missedcall.failing import BAD_INPUT, fail, failing_clearly

app: Final = typer.Typer(no_args_is_help=True, help="Records that could not be handled, and their second chance.")


@app.command("list")
def list_(
    *,
    service: option.Service = None,
    topic: option.Topic = None,
    reason: option.Reason = None,
    since: option.Since = None,
    each: Annotated[bool, typer.Option("--each", help="A line for each, with its id.")] = False,
    as_json: option.AsJson = False,
) -> None:
    """List dead letters by service, topic and reason: how many, when first and last, and what became of them."""
    pick = option.picked(topic=topic, reason=reason, since=since)
    with failing_clearly(), shown_reading() as progress:
        everything = asyncio.run(found(_services(service), pick, os.environ, progress=progress))
    show_found(everything, each=each, as_json=as_json)


@app.command()
def show(
    letter_id: option.LetterId,
    *,
    payload: Annotated[
        bool, typer.Option("--payload", help="The record's bytes too: somebody's number or words may stand in them.")
    ] = False,
    as_json: option.AsJson = False,
) -> None:
    """Show one: where it came from, why it was rejected, its headers and replays, and whether it can be read by now."""
    with failing_clearly(), shown_reading() as progress:
        letter = asyncio.run(whole(letter_id, os.environ, progress=progress))
    show_whole(letter or _unknown([letter_id]), payload=payload, as_json=as_json)


@app.command("replay")
def replay_(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="As `dead-letters list --each` shows them.")] = None,
    *,
    service: option.Service = None,
    topic: option.Topic = None,
    reason: option.Reason = None,
    since: option.Since = None,
    everything: Annotated[bool, typer.Option("--all", help="Every one that was not replayed yet.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Those too that were replayed before.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Those too that this release cannot read either.")] = False,
    as_json: option.AsJson = False,
) -> None:
    """Publish records again where they came from, byte for byte, once: what was replayed before is left out."""
    filtered = any(given is not None for given in (service, topic, reason, since))
    if [bool(letter_ids), filtered, everything].count(True) != 1:
        fail("which ones? give their ids, or --service, --topic, --reason, --since, or --all", code=BAD_INPUT)
    pick = option.picked(topic=topic, reason=reason, since=since, ids=letter_ids or None)
    order = Order(pick=pick, again=again, force=force, now=datetime.now(UTC))
    with failing_clearly(), shown_reading() as progress:
        results = asyncio.run(replay(_services(service), order, os.environ, progress=progress))
    done = show_replayed(results, as_json=as_json)
    if unknown := set(letter_ids or ()) - {result.letter_id for result in results}:
        _unknown(sorted(unknown))
    if not done:
        raise typer.Exit(1)


@app.command()
def accept(service: option.ServiceName, *, as_json: option.AsJson = False) -> None:
    """Let a service that stopped at too many put aside those it counted: they count no more. Then start it again."""
    with failing_clearly():
        count = asyncio.run(accept_all(service, os.environ, now=datetime.now(UTC)))
    show_accepted(service, count, as_json=as_json)


def _services(one: str | None) -> list[str]:
    return [one] if one else services()


def _unknown(ids: list[str]) -> NoReturn:
    fail(f"there is no dead letter {', '.join(ids)}: `missedcall dead-letters list --each` shows all", code=BAD_INPUT)
