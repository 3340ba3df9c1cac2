"""`missedcall backfill`: ingests the calls that Twilio lists and no webhook told us of."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from missedcall.backfill_runs import Asked, NobodyThere, NotBegun, backfilled
from missedcall.backfill_views import show_result, shown_runs
from missedcall.failing import BAD_INPUT, fail, failing_clearly
from missedcall.since import NoMoment, moment
from services.ingest.backfill.runs import Run, State
from services.ingest.backfill.windows import REACH

_WITHIN_SECONDS = 90.0


def backfill(
    *,
    since: Annotated[str, typer.Option(help="From when on: 2h, 90m, 3d, or 2030-01-31T12:00:00Z.")],
    account_sid: Annotated[str | None, typer.Option(help="Of this Twilio account alone: AC...")] = None,
    business: Annotated[str | None, typer.Option(help="Of this business alone, by its id.")] = None,
    within_seconds: Annotated[
        float, typer.Option("--within-seconds", help="How long to wait until ingest begins with it.")
    ] = _WITHIN_SECONDS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Ingest what is missing of the calls that Twilio lists. Ingest itself does it, and goes on when this is ended."""
    asked = _asked(since, account_sid, business, now=datetime.now(UTC))
    runs = _watched(asked, within_seconds)
    show_result(runs, as_json=as_json)
    if any(run.state is not State.COMPLETE for run in runs):
        raise typer.Exit(1)


def _asked(since: str, account_sid: str | None, business_id: str | None, *, now: datetime) -> Asked:
    try:
        begins = moment(since, now=now)
    except NoMoment as error:
        fail(str(error), code=BAD_INPUT)
    if begins < now - REACH:
        fail(
            f"{since} is further back than {REACH.days} days: what was ingested then is not kept to compare with",
            code=BAD_INPUT,
        )
    return Asked(since=begins, until=now, account_sid=account_sid, business_id=business_id)


def _watched(asked: Asked, within_seconds: float) -> list[Run]:
    with failing_clearly(), shown_runs(Console(stderr=True)) as shown:
        try:
            return asyncio.run(backfilled(asked, os.environ, within_seconds=within_seconds, shown=shown))
        except NobodyThere:
            fail("no connected business is meant: `missedcall business list` shows all", code=BAD_INPUT)
        except NotBegun:
            fail("written down, not begun: ingest does not take it up; see that it runs and that MONGODB_URI is set")
        except KeyboardInterrupt:
            fail("ingest goes on with it: the same command shows how far it is")
