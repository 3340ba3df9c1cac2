"""The businesses service listens to no topic: it says what the command recorded."""

from __future__ import annotations

from typing import Final

from runtime.service import Service
from services.businesses.publishing import Publishing
from services.businesses.settings import Settings
from services.businesses.state import COLLECTION, Businesses

NAME: Final = "businesses"


def build(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    service = Service(NAME, settings)
    businesses = Businesses(service.database[COLLECTION])
    publishing = Publishing(businesses=businesses, publisher=service.publisher, every_seconds=settings.look_seconds)
    service.prepare(businesses.prepare)
    service.loop("publishing", publishing.run)
    return service
