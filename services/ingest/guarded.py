"""Kafka behind a circuit breaker: who asks while it is away is told so at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from runtime.errors import NotPublished
from runtime.events import Outgoing
from runtime.publish import Publisher
from services.ingest import metrics
from services.ingest.breaker import Breaker, Circuit

log = logging.getLogger(__name__)


class GuardedKafka:
    """The one breaker of a process: what a webhook finds out, the drain of the spool knows, and the other way round."""

    def __init__(self, publisher: Publisher, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._publisher = publisher
        self._clock = clock
        self._breaker = Breaker()
        metrics.BREAKER_OPEN.set_function(lambda: not self.closed)

    @property
    def closed(self) -> bool:
        return self._breaker.circuit is Circuit.CLOSED

    @property
    def admits(self) -> bool:
        return self._breaker.admits(self._clock())

    async def takes(self, records: Sequence[Outgoing], *, within: float, insist: bool = False) -> bool:
        """Whether all are acknowledged within so many seconds; no at once while the breaker is open.

        Who insists has nowhere else to go with them, and tries all the same. Raises TooLarge, which no waiting mends.
        """
        if not (self.admits or insist):
            return False
        self._become(self._breaker.tried(self._clock()))
        epoch = self._breaker.epoch
        try:
            await self._publisher.publish(records, within=within)
        except NotPublished:
            self._become(self._breaker.failed(epoch, self._clock()))
            return False
        self._become(self._breaker.succeeded(epoch))
        return True

    def _become(self, breaker: Breaker) -> None:
        if breaker is self._breaker:
            return
        was_closed, self._breaker = self.closed, breaker
        if self.closed != was_closed:
            action = "breaker_closed" if self.closed else "breaker_opened"
            log.warning("Kafka is %s", "back" if self.closed else "away", extra={"action": action})
