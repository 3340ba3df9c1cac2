"""What the topics say of every call, followed through all troubles: also while brokers are away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from runtime.errors import GivenUp
from runtime.partitions import partitions_of
from runtime.tasks import uncancelled
from schemas.calls import CALLS_DECIDED, CallDecided, Verdict
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, TEXTS_SCREENED, Screening, TextDispatched, TextScreened, TextState

log = logging.getLogger(__name__)

_TOPICS: Final = {topic.name: topic for topic in (CALLS_DECIDED, TEXTS_SCREENED, TEXTS_DISPATCHED)}
_RECONNECT_SECONDS: Final = 0.5


@dataclass(slots=True)
class Story:
    """Of one call. `fates`: the states that its text came to."""

    verdict: Verdict | None = None
    reason: Reason | None = None
    screening: Screening | None = None
    blocked_for: Reason | None = None
    fates: set[TextState] = field(default_factory=set)

    @property
    def told(self) -> bool:
        """To its end, or to where only Twilio knows more."""
        if self.verdict is None:
            return False
        if self.verdict is not Verdict.MISSED:
            return True
        return self.screening is not None and (self.screening is not Screening.PERMITTED or bool(self.fates))

    @property
    def withheld_for_a_reason(self) -> bool:
        """Two are good: it was too late for a text, or nobody can know whether it was sent."""
        if self.screening is Screening.PERMITTED:
            return bool({TextState.UNSURE, TextState.PARKED} & self.fates) and TextState.ACCEPTED not in self.fates
        return self.blocked_for in {Reason.TOO_LATE, Reason.EXPIRED}


class Books:
    def __init__(self) -> None:
        self._stories: dict[str, Story] = {}
        self._offsets: dict[TopicPartition, int] = {}

    @classmethod
    @asynccontextmanager
    async def kept(cls, bootstrap: str) -> AsyncIterator[Books]:
        books = cls()
        following = asyncio.create_task(books._follow(bootstrap))
        try:
            yield books
        finally:
            following.cancel()
            await asyncio.wait([following])

    def story(self, call_sid: str) -> Story:
        return self._stories.get(call_sid) or Story()

    def untold(self, call_sids: Sequence[str]) -> list[str]:
        return [sid for sid in call_sids if not self.story(sid).told]

    async def _follow(self, bootstrap: str) -> None:
        while True:
            try:
                await uncancelled(lambda: self._read(bootstrap))
            except (KafkaError, OSError, GivenUp) as error:
                log.warning("the books wait: %s", type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _read(self, bootstrap: str) -> None:
        consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
        )
        try:
            await consumer.start()
            partitions = [p for name in _TOPICS for p in await partitions_of(consumer, name)]
            consumer.assign(partitions)
            for partition in partitions:
                if offset := self._offsets.get(partition):
                    consumer.seek(partition, offset)
            async for record in consumer:
                self._take(_TOPICS[record.topic].parse(record.value).data)
                self._offsets[TopicPartition(record.topic, record.partition)] = record.offset + 1
        finally:
            await consumer.stop()

    def _take(self, said: Any) -> None:
        story = self._stories.setdefault(said.call_sid, Story())
        match said:
            case CallDecided():
                story.verdict, story.reason = said.verdict, said.reason
            case TextScreened():
                story.screening, story.blocked_for = said.screening, said.reason
            case TextDispatched(state=state):
                story.fates.add(state)
