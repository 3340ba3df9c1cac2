"""The options that `missedcall dead-letters` has in common, written down once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated

import typer

from missedcall.dead_letters.picking import Pick
from missedcall.dead_letters.reading import services
from missedcall.failing import BAD_INPUT, fail
from missedcall.since import NoMoment, moment


def _known(service: str | None) -> str | None:
    if service is not None and service not in services():
        raise typer.BadParameter(f"no such service has dead letters: it is one of {', '.join(services())}")
    return service


LetterId = Annotated[str, typer.Argument(help="As `dead-letters list` shows it.")]
ServiceName = Annotated[str, typer.Argument(callback=_known, help="Who rejected them: decider, compliance, ...")]
Service = Annotated[str | None, typer.Option("--service", callback=_known, help="Only those that it rejected.")]
Topic = Annotated[str | None, typer.Option("--topic", help="Only those that came from this topic.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Only those with this reason, as the list shows it.")]
Since = Annotated[
    str | None, typer.Option("--since", help="Only those rejected since: 2h, 90m, 3d, or 2030-01-31T12:00:00Z.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")]


def picked(*, topic: str | None, reason: str | None, since: str | None, ids: Collection[str] | None = None) -> Pick:
    try:
        begins = moment(since, now=datetime.now(UTC)) if since else None
    except NoMoment as error:
        fail(f"--since: {error}", code=BAD_INPUT)
    return Pick(ids=ids, topic=topic, reason=reason, since=begins)
