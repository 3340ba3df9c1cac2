"""Bringing the spool's records to Kafka once it is back, those that an earlier process left first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from runtime.errors import TooLarge
from runtime.events import Outgoing
from services.ingest import metrics
from services.ingest.breaker import TRY_EVERY_SECONDS
from services.ingest.guarded import GuardedKafka
from services.ingest.metrics import Outcome
from services.ingest.spool.pages import Lane
from services.ingest.spool.spool import Segment, Spool

_LOOK_SECONDS: Final = 0.25
# A probe is one record, and as patient as the slowest Kafka that is worth asking: other lanes wait for it.
_PROBE_SECONDS: Final = 2.0
# What follows a good one.
_CHUNK_SECONDS: Final = 10.0
_CHUNK_RECORDS: Final = 200
# A STOP may lie on the disk of another replica, which finds out up to one try later that Kafka is back: until then the
# calls wait that ended after it. Where one lies here, and Kafka takes calls but no messages, they wait for longer; not
# for ever, or they were lost with it.
HEAD_START_SECONDS: Final = 2 * TRY_EVERY_SECONDS
LONGEST_HEAD_START_SECONDS: Final = 60.0


@dataclass(slots=True, kw_only=True)
class _Begun:
    """A file on its way to Kafka: how many of its records are done with, and which of them it takes never.

    `singly_until`: before that there is one of those, and it is not known which.
    """

    segment: Segment
    done: int = 0
    singly_until: int = 0
    refused: list[Outgoing] = field(default_factory=list)

    def next(self, count: int) -> Sequence[Outgoing]:
        count = 1 if self.done < self.singly_until else count
        return self.segment.page.records[self.done : self.done + count]


class Drain:
    """At least once: consumers know a record that comes twice by its event id."""

    def __init__(self, spool: Spool, kafka: GuardedKafka) -> None:
        self._spool = spool
        self._kafka = kafka
        self._begun: dict[Lane, _Begun] = {}

    async def run(self) -> None:
        """Until cancelled. Raises OSError where the disk may do better later."""
        while True:
            if not await self.step():
                await asyncio.sleep(_LOOK_SECONDS)

    async def step(self) -> bool:
        """Whether a chunk came further: after it another lane may be the first in which there is something to do.

        Raises OSError when no lane came further, and one of them for that reason: a bad file holds up its own alone.
        """
        await self._spool.reach()
        trouble: OSError | None = None
        for lane in Lane:
            try:
                if self._spool.stock.lanes.get(lane) and self._may_go(lane) and await self._advanced(lane):
                    return True
            except OSError as error:
                trouble = error
        if trouble is not None:
            raise trouble
        return False

    def _may_go(self, lane: Lane) -> bool:
        """Whether Kafka takes it is found out by a single record; of calls, the others let messages go first."""
        if not self._kafka.answers(lane):
            return self._kafka.admits(lane)
        return lane is not Lane.CALLS or self._kafka.answering_for(lane) >= self._head_start

    @property
    def _head_start(self) -> float:
        return LONGEST_HEAD_START_SECONDS if self._spool.stock.lanes.get(Lane.MESSAGES) else HEAD_START_SECONDS

    async def _advanced(self, lane: Lane) -> bool:
        if lane not in self._begun:
            segment = await self._spool.first(lane)
            if segment is None:
                return False
            self._begun[lane] = _Begun(segment=segment)
        begun = self._begun[lane]
        if begun.next(1) and not await self._chunk_taken(lane, begun):
            return False
        if not begun.next(1):
            await self._ended(lane, begun)
        return True

    async def _chunk_taken(self, lane: Lane, begun: _Begun) -> bool:
        """One that Kafka takes never must not hold up the others."""
        count, within = (_CHUNK_RECORDS, _CHUNK_SECONDS) if self._kafka.answers(lane) else (1, _PROBE_SECONDS)
        chunk = begun.next(count)
        try:
            if not await self._kafka.takes(chunk, within=within):
                return False
        except TooLarge:
            if len(chunk) > 1:
                begun.singly_until = begun.done + len(chunk)
                return True
            begun.refused += chunk
        begun.done += len(chunk)
        return True

    async def _ended(self, lane: Lane, begun: _Begun) -> None:
        await self._spool.drained(begun.segment, refused=begun.refused)
        del self._begun[lane]
        metrics.SPOOL_RECORDS.labels(Outcome.DRAINED).inc(begun.done - len(begun.refused))
