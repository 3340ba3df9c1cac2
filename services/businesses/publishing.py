"""Says on the topics what is recorded and unsaid: their one writer.

One replica at a time: two could say an older version after a newer one, and compaction would keep the older.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from runtime.publish import Publisher
from services.businesses import metrics
from services.businesses.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """`journals`: by the topic that they are said on."""

    journals: Mapping[str, Journal]
    publisher: Publisher
    every_seconds: float

    async def run(self) -> None:
        """Until cancelled. A store or broker that is away is the caller's to wait for."""
        while True:
            if not await self.round():
                await asyncio.sleep(self.every_seconds)

    async def round(self) -> int:
        """How many documents there were something to say of."""
        return sum([await self._say(topic, journal) for topic, journal in self.journals.items()])

    async def _say(self, topic: str, journal: Journal) -> int:
        """Publishes first and marks afterwards: a crash between repeats the same bytes, and forgets nothing."""
        waiting = await journal.unsaid()
        metrics.UNSAID.labels(topic).set(len(waiting))
        await self.publisher.publish([record for unsaid in waiting for record in unsaid.records])
        for unsaid in waiting:
            await journal.said(unsaid)
        return len(waiting)
