"""Says on the topic what is recorded and unsaid: the topic's one writer.

One replica at a time: two could say an older version after a newer one, and compaction would keep the older.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from runtime.publish import Publisher
from services.businesses import metrics
from services.businesses.state import Businesses


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    businesses: Businesses
    publisher: Publisher
    every_seconds: float

    async def run(self) -> None:
        """Until cancelled. A store or broker that is away is the caller's to wait for."""
        while True:
            if not await self.round():
                await asyncio.sleep(self.every_seconds)

    async def round(self) -> int:
        """Publishes first and marks afterwards: a crash between repeats the same bytes, and forgets nothing."""
        waiting = await self.businesses.unsaid()
        metrics.UNSAID.set(len(waiting))
        await self.publisher.publish([record for unsaid in waiting for record in unsaid.records])
        for unsaid in waiting:
            await self.businesses.said(unsaid)
        return len(waiting)
