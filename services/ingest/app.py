"""Ingest, wired: what it holds (the businesses), where it listens, and what it writes to."""

from __future__ import annotations

import time

from runtime.gathered import Gathered
from runtime.secrets import SecretFolder
from runtime.service import Service, wall_clock
from schemas.businesses import BUSINESSES_CHANGED
from schemas.directory import Directory
from schemas.identity import Identities
from services.ingest import NAME
from services.ingest.admission import Admission
from services.ingest.backfill.wiring import add_backfill
from services.ingest.guarded import GuardedKafka
from services.ingest.handlers import Handlers
from services.ingest.owners import Owners
from services.ingest.recorder import Recorder
from services.ingest.settings import Settings
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.drain import Drain
from services.ingest.spool.pages import Lane
from services.ingest.spool.spool import Spool, open_spool
from services.ingest.unheard import Unheard
from services.ingest.urls import Callbacks
from services.ingest.web import web_app


def build(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    service = Service(NAME, settings)
    identities = Identities(settings.identity_key.get_secret_value().encode())
    directory = Directory()
    table = service.table(BUSINESSES_CHANGED, row=lambda business: business, on_change=directory.change)
    kafka = GuardedKafka({topic: Gathered(service.another_publisher()) for topic in Lane})
    service.prepare(kafka.start)  # the first caller does not wait for the connection
    unheard = Unheard(kafka)
    service.loop("unheard messages", unheard.run)
    handlers = Handlers(
        owners=Owners(directory=directory, ready=lambda: table.ready, fresh=lambda: table.fresh, identities=identities),
        identities=identities,
        callbacks=Callbacks(public_url=settings.public_url, identities=identities),
        recorder=_recorder(service, settings, kafka),
        unheard=unheard,
        clock=wall_clock,
    )
    admission = Admission(credentials=SecretFolder(settings.twilio_credentials), public_url=settings.public_url)
    add_backfill(service, settings, directory, identities)
    service.web(web_app(admission, handlers), settings.door)
    return service


def _recorder(service: Service, settings: Settings, kafka: GuardedKafka) -> Recorder:
    spool = _spool(settings)
    if spool is not None:
        service.loop("drain", Drain(spool, kafka).run)
        service.at_end(spool.close)
    return Recorder(kafka=kafka, spool=spool)


def _spool(settings: Settings) -> Spool | None:
    if settings.spool_folder is None:
        return None
    cipher = Cipher(*settings.spool_secrets)
    return open_spool(settings.spool_folder, cipher, limit=settings.spool_bytes, clock=time.time)
