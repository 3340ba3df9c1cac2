"""Where an event is when its webhook is answered: in Kafka, or in the spool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from runtime.events import Outgoing
from services.ingest.guarded import GuardedKafka
from services.ingest.refusals import Refusal, Refused
from services.ingest.spool.errors import NotSpooled, SpoolFull
from services.ingest.spool.spool import Spool

# A caller hears silence meanwhile, and Twilio gives up on us after 15 s, its own retries included.
PATIENCE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Without a spool, a Kafka that is away is a refusal, and Twilio is the one who tries again."""

    kafka: GuardedKafka
    spool: Spool | None

    async def record(self, event: Outgoing, *, about: str) -> None:
        """Raises Refused. The event may stand in Kafka then, or twice: it is the same event by its id."""
        if await self.kafka.takes([event], within=PATIENCE_SECONDS, insist=self.spool is None):
            return
        if self.spool is None:
            raise Refused(Refusal.NOT_PUBLISHED, about=about)
        try:
            await self.spool.keep(event)
        except SpoolFull:
            raise Refused(Refusal.SPOOL_FULL, about=about) from None
        except NotSpooled:
            raise Refused(Refusal.NOT_SPOOLED, about=about) from None
