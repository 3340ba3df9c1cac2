"""A service's dead letters, read from the beginning of their topic to where it ended when the reading began."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from missedcall.dead_letters.letters import Letter
from missedcall.topics import TOPICS_FILE
from runtime.dead_letters import dead_letters_topic
from runtime.topics import check_topics, declared_topics

_REQUEST_MS: Final = 10_000
_ROUND_MS: Final = 500
# A broker that says nothing for so long is away: better an error than a command that hangs.
_SILENCE_SECONDS: Final = 20.0
_SUFFIX: Final = ".dead-letters.v1"

Progress = Callable[[int, int], None]


def services() -> list[str]:
    """Those that have dead letters: who consumes nothing rejects nothing."""
    names = [topic.name for topic in declared_topics(TOPICS_FILE)]
    return [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]


@dataclass(slots=True, kw_only=True)
class Reader:
    """One pass. `passed_over` counts what is no dead letter, and was written there by somebody else."""

    service: str
    consumer: Any
    ends: dict[TopicPartition, int]
    progress: Progress
    seen: set[str] = field(default_factory=set)
    passed_over: int = 0

    async def letters(self) -> AsyncIterator[Letter]:
        """Each once: one that was redelivered stands in its topic twice. Raises KafkaTimeoutError."""
        total = left = await self._left()
        heard_at = time.monotonic()
        while left:
            for partition, records in (await self.consumer.getmany(timeout_ms=_ROUND_MS)).items():
                for record in records:
                    if record.offset < self.ends[partition] and (letter := self._letter(record.value or b"")):
                        yield letter
            before, left = left, await self._left()
            if left < before:
                self.progress(total - left, total)
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > _SILENCE_SECONDS:
                raise KafkaTimeoutError(f"no dead letter of {self.service} within {_SILENCE_SECONDS:.0f} s")

    async def _left(self) -> int:
        return sum([max(end - await self.consumer.position(partition), 0) for partition, end in self.ends.items()])

    def _letter(self, value: bytes) -> Letter | None:
        try:
            event = dead_letters_topic(self.service).parse(value)
        except ValueError:
            self.passed_over += 1
            return None
        if event.id in self.seen:
            return None
        self.seen.add(event.id)
        return Letter(service=self.service, event=event)


@asynccontextmanager
async def reading(service: str, bootstrap: str, *, namespace: str, progress: Progress) -> AsyncIterator[Reader]:
    """Raises TopicMismatch where the topic is missing. Memory is bounded by what a consumer fetches at once."""
    name = dead_letters_topic(service).name
    (declared,) = (topic for topic in declared_topics(TOPICS_FILE) if topic.name == name)
    await check_topics(bootstrap, [declared], namespace=namespace)
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        request_timeout_ms=_REQUEST_MS,
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # what retention deletes while we read is passed over
    )
    partitions = [TopicPartition(namespace + name, number) for number in range(declared.partitions)]
    try:
        ends = await _opened(consumer, partitions)
        yield Reader(service=service, consumer=consumer, ends=ends, progress=progress)
    finally:
        await consumer.stop()


async def _opened(consumer: Any, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """At the beginning of each; returns the ends."""
    try:
        async with asyncio.timeout(_SILENCE_SECONDS):
            await consumer.start()
            consumer.assign(partitions)
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
            await consumer.seek_to_beginning()
            return ends
    except TimeoutError as error:
        raise KafkaTimeoutError(f"no topic was opened within {_SILENCE_SECONDS:.0f} s") from error
