"""Where an event is when its webhook is answered: in Kafka, or in the spool."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from runtime.errors import TooLarge
from runtime.events import Outgoing
from services.ingest.breaker import PATIENCE_SECONDS
from services.ingest.guarded import GuardedKafka
from services.ingest.refusals import Refusal, Refused
from services.ingest.spool.errors import NotSpooled, SpoolFull
from services.ingest.spool.spool import Spool

# For the disk, when Kafka has had its second: a call's answer is due within 1.5 s, be it a refusal. Twilio waits for
# 15 s, its own retries included.
_DISK_SECONDS: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Without a spool, a Kafka that is away is a refusal, and Twilio is the one who tries again."""

    kafka: GuardedKafka
    spool: Spool | None

    async def record(self, event: Outgoing, *, about: str) -> bool:
        """Whether it is in Kafka; else it is in the spool, and others may overtake it.

        Raises Refused. The event may stand in Kafka then, or twice: it is the same event by its id.
        """
        started = time.monotonic()
        spool = self.spool
        if (spool is None or not spool.well or self.kafka.closed(event.topic)) and await self._taken(event):
            return True
        if spool is None:
            raise Refused(Refusal.NOT_PUBLISHED, about=about)
        try:
            left = started + PATIENCE_SECONDS + _DISK_SECONDS - time.monotonic()
            await spool.keep(event, within=max(left, _DISK_SECONDS))
        except SpoolFull:
            raise Refused(Refusal.SPOOL_FULL, about=about) from None
        except NotSpooled:
            raise Refused(Refusal.NOT_SPOOLED, about=about) from None
        return False

    async def _taken(self, event: Outgoing) -> bool:
        try:
            return await self.kafka.takes([event], within=PATIENCE_SECONDS)
        except TooLarge:
            return False  # no answer for a caller: the drain sets it aside, where it is found
