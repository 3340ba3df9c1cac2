"""Bringing the spool's records to Kafka once it is back, those that an earlier process left first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from runtime.errors import TooLarge
from runtime.events import Outgoing
from services.ingest import metrics
from services.ingest.guarded import GuardedKafka
from services.ingest.metrics import Outcome
from services.ingest.spool.spool import Segment, Spool

_LOOK_SECONDS: Final = 0.25
# A probe is one record and as patient as a caller; what follows a good one holds nobody up.
_PROBE_SECONDS: Final = 1.0
_CHUNK_SECONDS: Final = 10.0
_CHUNK_RECORDS: Final = 200


class Drain:
    """At least once: consumers know a record that comes twice by its event id."""

    def __init__(self, spool: Spool, kafka: GuardedKafka) -> None:
        self._spool = spool
        self._kafka = kafka
        # Of files that were begun when Kafka went away again: they are not said from their beginning once more.
        self._acknowledged: dict[Path, int] = {}

    async def run(self) -> None:
        """Until cancelled. Raises OSError where the disk may do better later."""
        while True:
            if not await self.step():
                await asyncio.sleep(_LOOK_SECONDS)

    async def step(self) -> bool:
        """Whether a file was drained: after it the first in order may be another than before."""
        if not self._spool.stock.waiting or not self._kafka.admits:
            return False
        segment = await self._spool.first()
        return segment is not None and await self._drained(segment)

    async def _drained(self, segment: Segment) -> bool:
        records, refused = segment.page.records, list[Outgoing]()
        done = self._acknowledged.get(segment.path, 0)
        while done < len(records):
            chunk = records[done : done + (_CHUNK_RECORDS if self._kafka.closed else 1)]
            if not await self._taken(chunk, refused):
                return False
            done += len(chunk)
            self._acknowledged[segment.path] = done
        await self._spool.drained(segment, refused=refused)
        self._acknowledged.pop(segment.path, None)
        metrics.SPOOL_RECORDS.labels(Outcome.DRAINED).inc(len(records) - len(refused))
        return True

    async def _taken(self, chunk: Sequence[Outgoing], refused: list[Outgoing]) -> bool:
        """One that Kafka takes never must not hold up the others."""
        within = _CHUNK_SECONDS if self._kafka.closed else _PROBE_SECONDS
        try:
            return await self._kafka.takes(chunk, within=within)
        except TooLarge:
            if len(chunk) == 1:
                refused += chunk
                return True
            return all([await self._taken([record], refused) for record in chunk])
