"""How far a group has come, told to the broker now and then: a commit is a round trip, and a record that the broker
writes for each partition that it names. What was not told before a crash comes again, and changes nothing then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError
from faststream.kafka.message import KafkaAckableMessage

log = logging.getLogger(__name__)

# What may come again, besides the batch in hand.
UNTOLD_RECORDS: Final = 500
_SECONDS: Final = 0.2
# aiokafka asks for as long as the coordinator is away, and whoever waits for it would handle and notice nothing.
_TELL_SECONDS: Final = 2.0


class Progress:
    """What is handled and not yet told. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: dict[TopicPartition, int] = {}
        self._records = 0
        self._since = 0.0
        self._generation: int | None = None

    def add(self, records: Sequence[ConsumerRecord], *, generation: int) -> None:
        """All that the batch caused is stored and published. `generation`: of the group when it was fetched."""
        if generation != self._generation:
            self.forget()
            self._generation = generation
        if not self._ends:
            self._since = self._clock()
        self._ends |= {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        self._records += len(records)

    @property
    def untold(self) -> bool:
        return bool(self._ends)

    @property
    def due(self) -> bool:
        return self.full or (self.untold and self._clock() - self._since >= _SECONDS)

    @property
    def full(self) -> bool:
        """So much that may come again is enough."""
        return self._records >= UNTOLD_RECORDS

    async def tell(self, consumer: Any) -> None:
        """Where the broker is away it is kept for another time.

        Who has lost its place in the group has nothing to tell: others may have gone on from what was told before, and
        it must not be told behind their back.
        """
        ours = {partition: self._ends[partition] for partition in self._ends.keys() & consumer.assignment()}
        if generation_of(consumer) != self._generation or not ours:
            self.forget()
            return
        try:
            async with asyncio.timeout(_TELL_SECONDS):
                await consumer.commit(ours)
        except CommitFailedError:
            self.forget()
        except (KafkaError, TimeoutError) as error:
            log.warning("progress not told", extra={"action": "progress_not_told", "why": type(error).__name__})
        else:
            self.forget()

    def forget(self) -> None:
        self._ends, self._records = {}, 0


def generation_of(consumer: Any) -> int:
    """How often the group has been dealt out; aiokafka tells nobody else."""
    generation: int = consumer._coordinator.generation  # noqa: SLF001
    return generation


class Batch(KafkaAckableMessage):
    """FastStream's own commits at once, and all partitions of the member; this one is told of before the next is."""

    def __init__(
        self, records: tuple[ConsumerRecord, ...], consumer: Any, progress: Progress, *, generation: int
    ) -> None:
        super().__init__(body=b"", raw_message=records, consumer=consumer)
        self._progress = progress
        self._generation = generation

    async def ack(self) -> None:
        if not self.committed:
            self._progress.add(self.raw_message, generation=self._generation)
        await super(KafkaAckableMessage, self).ack()  # past the class that would commit
