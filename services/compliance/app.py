"""Compliance, wired: the only file here that knows what is real."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from runtime.service import Service, wall_clock
from schemas.businesses import BUSINESSES_CHANGED
from schemas.calls import CALLS_DECIDED
from schemas.consents import CONSENTS_REQUESTED
from schemas.messages import MESSAGES_INGESTED
from schemas.texts import TEXTS_DISPATCHED
from services.compliance import NAME
from services.compliance.handlers import Compliance
from services.compliance.hearing import Hearing
from services.compliance.screening import Screener
from services.compliance.settings import Settings
from services.compliance.state import Conversation, Person
from services.compliance.wishes import request_of

# Longer than any topic is retained and any cooldown lasts, so that a replay finds what was said.
_KEEP: Final = timedelta(days=90)


def build(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    service = Service(NAME, settings)
    identities = settings.identities
    screener = Screener(
        conversations=service.documents("conversations", Conversation, keep=_KEEP),
        businesses=service.table(BUSINESSES_CHANGED, row=lambda business: business),
        identities=identities,
        policy=settings.policy,
    )
    hearing = Hearing(persons=service.documents("persons", Person, keep=None), identities=identities)
    compliance = Compliance(hearing=hearing, screener=screener, clock=wall_clock)
    parsers = {topic.name: topic.parse for topic in (CALLS_DECIDED, MESSAGES_INGESTED, TEXTS_DISPATCHED)}
    # One batch at a time, so that a STOP to one business is heard before a call to another that came with it.
    # A STOP that stands in Kafka when a call is judged is heard before it, whichever of the two was fetched first.
    first = [MESSAGES_INGESTED.name]
    service.consume({**parsers, CONSENTS_REQUESTED.name: request_of}, compliance.on_records, first=first)
    return service
