"""Waiting is a record too: what is due is published to the service's own due topic and handled like any record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection
from pydantic import AwareDatetime

from runtime import metrics
from runtime.events import Event, Fact, Outgoing, Topic
from runtime.publish import Publisher

_AT_ONCE = 500
# Published, and not handled within this: published again. Whoever has acted on it already has nothing due.
_AGAIN = timedelta(seconds=30)


class Due(Fact):
    """A document asked to be looked at again at this time."""

    document: str
    due_at: AwareDatetime


def due_topic(service: str) -> Topic[Due]:
    return Topic(f"{service}.due.v1", Event[Due])


class Sweeper:
    """Publishes what is due in one collection. Any number of replicas may sweep: what they say twice is the same."""

    def __init__(
        self,
        service: str,
        collection: AsyncIOMotorCollection[dict[str, Any]],
        publisher: Publisher,
        *,
        clock: Callable[[], datetime],
        every: timedelta = timedelta(milliseconds=200),
    ) -> None:
        self._service = service
        self._topic = due_topic(service)
        self._collection = collection
        self._publisher = publisher
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Until cancelled. A store or broker that is away is the caller's to wait for."""
        while True:
            if await self.sweep() < _AT_ONCE:
                await asyncio.sleep(self._every.total_seconds())

    async def sweep(self) -> int:
        """Publishes first and pushes the time afterwards: a crash between repeats, and never forgets."""
        now = self._clock()
        query = {"due_at": {"$lte": now}}
        rows = await self._collection.find(query, {"key": 1, "due_at": 1}).sort("due_at").to_list(_AT_ONCE)
        await self._publisher.publish([self._record(row, now) for row in rows])
        if rows:
            again = {"$set": {"due_at": now + _AGAIN}}
            await self._collection.update_many({"_id": {"$in": [row["_id"] for row in rows]}, **query}, again)
            metrics.DUE_FIRED.inc(len(rows))
        return len(rows)

    def _record(self, row: dict[str, Any], now: datetime) -> Outgoing:
        due = Due(document=row["_id"], due_at=row["due_at"])
        transition = due.due_at.isoformat()
        event = self._topic.event(
            due, source=f"/{self._service}", subject=due.document, transition=transition, key=row["key"], time=now
        )
        return Outgoing.of(event)
