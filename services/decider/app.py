"""The decider, wired: the only file here that knows what is real."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from runtime.due import due_topic
from runtime.service import Service, wall_clock
from runtime.settings import BATCHES_AT_ONCE
from schemas.businesses import BUSINESSES_CHANGED
from schemas.calls import CALLS_INGESTED
from schemas.directory import Directory
from services.decider import NAME
from services.decider.handlers import Decider
from services.decider.settings import Settings
from services.decider.state import Call

# Longer than any topic is retained, so that a replay finds its decision and makes no second one.
_KEEP: Final = timedelta(days=30)


def build(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    service = Service(NAME, settings)
    calls = service.documents("calls", Call, keep=_KEEP)
    due = due_topic(NAME)
    directory = Directory()
    service.table(BUSINESSES_CHANGED, row=lambda business: business, on_change=directory.change)
    decider = Decider(
        calls=calls,
        directory=directory,
        timing=settings.timing,
        clock=wall_clock,
    )
    service.consume(
        {CALLS_INGESTED.name: CALLS_INGESTED.parse, due.name: due.parse}, decider.on_records, batches=BATCHES_AT_ONCE
    )
    service.sweep(calls)
    return service
