"""The backfill, wired: the part of ingest's app.py that needs MongoDB, made when it first runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import aiohttp
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import PyMongoError

from runtime.secrets import SecretFolder
from runtime.service import Service, wall_clock
from schemas.directory import Directory
from schemas.identity import Identities
from services.ingest.backfill.heard import Heard
from services.ingest.backfill.pacing import Paces
from services.ingest.backfill.plan import Planner
from services.ingest.backfill.schedule import Backfill
from services.ingest.backfill.state import Lease, Runs
from services.ingest.backfill.twilio import CallsList
from services.ingest.backfill.worker import Worker
from services.ingest.settings import Settings

_TIMEOUT: Final = aiohttp.ClientTimeout(total=30, connect=5)


def add_backfill(service: Service, settings: Settings, directory: Directory, identities: Identities) -> None:
    """Ingest must start and answer also where MongoDB is away, or where there is none."""
    planner = Planner(directory=directory, identities=identities, patience=settings.backfill_patience)

    async def run() -> None:
        async with aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session:
            await _backfill(service, settings, planner, session).run()

    if settings.mongodb_uri:
        service.loop("backfill", run)


def _backfill(service: Service, settings: Settings, planner: Planner, session: aiohttp.ClientSession) -> Backfill:
    database = _database(service)
    runs = Runs(database)
    lease = Lease(database, holder=uuid4().hex, length=timedelta(seconds=settings.backfill_lease_seconds))
    worker = Worker(
        runs=runs,
        lease=lease,
        calls=CallsList(
            tokens=SecretFolder(settings.twilio_credentials), session=session, base=settings.twilio_api_base
        ),
        planner=planner,
        publisher=service.publisher,
        paces=Paces(requests_per_second=settings.backfill_requests_per_second),
        clock=wall_clock,
    )
    return Backfill(
        runs=runs,
        lease=lease,
        worker=worker,
        rhythm=settings.backfill_rhythm,
        accounts=lambda: {business.account_sid for business in planner.directory.businesses.values()},
        heard=lambda: Heard(settings.kafka_bootstrap_servers, namespace=settings.namespace),
        clock=wall_clock,
    )


def _database(service: Service) -> AsyncIOMotorDatabase[dict[str, Any]]:
    """An address that leads nowhere today (a name that cannot be resolved) may do so later: it is tried again."""
    try:
        return service.database
    except PyMongoError as error:
        raise ConnectionError(f"MongoDB's address cannot be used: {type(error).__name__}") from error
