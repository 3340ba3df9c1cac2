"""The audit listens to every topic of the picture and says nothing."""

from __future__ import annotations

from typing import Final

from runtime.service import Service
from runtime.settings import RuntimeSettings
from schemas.catalogue import TOPICS
from services.audit import NAME
from services.audit.handlers import Keeping, unread
from services.audit.state import COLLECTION, Ledger

# Nobody waits for it but a person with a question: it need not take the machine from those whom callers wait for.
_GATHER_MS: Final = 100
# Where there is a backlog: MongoDB then always has some to write.
_BATCHES: Final = 4


def build(settings: RuntimeSettings | None = None) -> Service:
    settings = settings or RuntimeSettings()
    service = Service(NAME, settings)
    keeping = Keeping(Ledger(service.database[COLLECTION]), bootstrap=settings.kafka_bootstrap_servers)
    service.prepare(keeping.prepare)
    service.consume(
        dict.fromkeys((topic.name for topic in TOPICS), unread),
        keeping.on_records,
        gather_ms=_GATHER_MS,
        batches=_BATCHES,
    )
    return service
