"""What was replayed already, remembered in the database of the service that rejected it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import UpdateOne

from runtime.mongo import expire_after

COLLECTION: Final = "dead_letter_replays"
# Twice as long as deploy/topics.yaml keeps a dead letter.
_KEEP: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replays:
    """Of one dead letter: how often, when last, and where each replay came to stand."""

    times: int
    last: datetime
    places: Sequence[str]


@dataclass(frozen=True, slots=True)
class Memory:
    """Noted after the broker has acknowledged: a crash between repeats a replay, and never forgets one."""

    collection: AsyncIOMotorCollection[dict[str, Any]]

    async def of(self, ids: Collection[str]) -> Mapping[str, Replays]:
        rows = self.collection.find({"_id": {"$in": list(ids)}})
        return {row["_id"]: _replays(row) async for row in rows}

    async def ids(self) -> set[str]:
        """Of all that were ever replayed, as far as they are remembered."""
        return {row["_id"] async for row in self.collection.find({}, {"_id": 1})}

    async def note(self, places: Iterable[tuple[str, str]], *, now: datetime) -> None:
        """Letter ids, each with where its record stands now."""
        notes = [
            UpdateOne({"_id": id_}, {"$set": {"at": now}, "$push": {"places": place}}, upsert=True)
            for id_, place in places
        ]
        if notes:
            await expire_after(self.collection, "at", seconds=int(_KEEP.total_seconds()))
            await self.collection.bulk_write(notes, ordered=False)


def _replays(row: Mapping[str, Any]) -> Replays:
    return Replays(times=len(row["places"]), last=row["at"], places=row["places"])
