"""The businesses service listens to no topic: it says what the command recorded."""

from __future__ import annotations

from functools import partial

from runtime.service import Service
from schemas.businesses import BUSINESSES_CHANGED
from schemas.controls import CONTROLS_CHANGED
from services.businesses import NAME, state
from services.businesses import controls as taps
from services.businesses.controls import Controls
from services.businesses.measuring import keep_measuring
from services.businesses.publishing import Publishing
from services.businesses.settings import Settings
from services.businesses.state import Businesses


def build(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    service = Service(NAME, settings)
    businesses = Businesses(service.database[state.COLLECTION])
    controls = Controls(service.database[taps.COLLECTION])
    # A pause comes first: it is what somebody waits for.
    journals = {CONTROLS_CHANGED.name: controls.journal, BUSINESSES_CHANGED.name: businesses.journal}
    publishing = Publishing(journals=journals, publisher=service.publisher, every_seconds=settings.look_seconds)
    service.prepare(businesses.prepare)
    service.prepare(controls.journal.prepare)
    service.loop("publishing", publishing.run)
    service.loop("measuring", partial(keep_measuring, controls))
    return service
