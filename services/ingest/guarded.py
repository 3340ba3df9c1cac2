"""Kafka behind circuit breakers: who asks for a topic that is away is told so at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from runtime.errors import NotPublished
from runtime.events import Outgoing
from runtime.gathered import Gathered
from services.ingest import metrics
from services.ingest.breaker import TRY_EVERY_SECONDS, Breaker, Circuit

log = logging.getLogger(__name__)

# Longer than a Kafka that stalls now and then is passed by; shorter than a phone rings.
_OUTAGE_SECONDS: Final = 5 * TRY_EVERY_SECONDS

_SAID: Final = {Circuit.CLOSED: "there", Circuit.SLOW: "slow", Circuit.OPEN: "away"}


class GuardedKafka:
    """A breaker and a producer for each topic: one that Kafka refuses, or that lacks replicas, holds up no other.

    What a webhook finds out, the drain of the spool knows, and the other way round.
    """

    def __init__(self, publishers: Mapping[str, Gathered], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._publishers = publishers
        self._clock = clock
        self._breakers = dict.fromkeys(publishers, Breaker())
        self._away_since = dict.fromkeys(publishers, clock())
        self._answering_since: dict[str, float] = {}
        for topic in publishers:
            metrics.BREAKER_OPEN.labels(topic).set_function(partial(self._passed_by, topic))

    async def start(self) -> None:
        """Connected, and so known to be there: until then callers go past it. Raises what an absent Kafka raises."""
        await asyncio.gather(*(publisher.start() for publisher in self._publishers.values()))
        for topic, breaker in self._breakers.items():
            self._become(topic, breaker.answered(breaker.epoch, seconds=0))

    def closed(self, topic: str) -> bool:
        """Whether a caller may wait for it."""
        return self._breakers[topic].closed

    def answers(self, topic: str) -> bool:
        """Whether it took what it was given last, however long that lasted."""
        return self._breakers[topic].circuit is not Circuit.OPEN

    def answering_for(self, topic: str) -> float:
        """Seconds since it took something again after an outage; a moment in which it did not is none."""
        return self._clock() - self._answering_since[topic] if self.answers(topic) else 0.0

    def admits(self, topic: str) -> bool:
        """Whether it is worth a try for whoever can wait."""
        return self._breakers[topic].admits(self._clock())

    async def takes(self, records: Sequence[Outgoing], *, within: float) -> bool:
        """Whether all, of one topic, are acknowledged within so many seconds.

        Raises TooLarge, which no waiting mends.
        """
        topic = records[0].topic
        epoch, started = self._breakers[topic].epoch, self._clock()
        try:
            await self._publishers[topic].publish(records, within=within)
        except NotPublished:
            self._become(topic, self._breakers[topic].failed(epoch, self._clock()))
            return False
        self._become(topic, self._breakers[topic].answered(epoch, seconds=self._clock() - started))
        return True

    def _passed_by(self, topic: str) -> bool:
        return not self.closed(topic)

    def _become(self, topic: str, breaker: Breaker) -> None:
        before, self._breakers[topic] = self._breakers[topic], breaker
        if breaker.circuit is before.circuit:
            return
        log.warning(
            "Kafka is %s", _SAID[breaker.circuit], extra={"action": f"breaker_{breaker.circuit}", "topic": topic}
        )
        if breaker.circuit is Circuit.OPEN:
            self._away_since[topic] = self._clock()
        if before.circuit is Circuit.OPEN:
            if topic not in self._answering_since or self._clock() - self._away_since[topic] > _OUTAGE_SECONDS:
                self._answering_since[topic] = self._clock()
            self._breakers = {name: each.due() for name, each in self._breakers.items()}
