"""How many records a service could not handle lately, kept in its MongoDB: a restart does not begin the count anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection
from pydantic import AwareDatetime
from pymongo import UpdateOne

from runtime.errors import TooManyDeadLetters
from runtime.events import Fact

COLLECTION: Final = "dead_letters"
# `None` finds documents without the field.
_COUNTS: Final = {"accepted_at": None}


class Counted(Fact):
    """A record that could not be handled. Where it broke the limit, it stands in its topic still and nowhere else."""

    id: str
    topic: str
    partition: int
    offset: int
    reason: str
    at: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLettersCount:
    """Past `limit` within `window`, nothing is put aside any more until somebody has looked."""

    service: str
    collection: AsyncIOMotorCollection[dict[str, Any]]
    limit: int
    window: timedelta

    async def add(self, counted: Sequence[Counted], *, now: datetime) -> None:
        """A record that comes again counts once. Raises TooManyDeadLetters."""
        await self.collection.bulk_write([_mark(one) for one in counted], ordered=False)
        recent = {"at": {"$gt": now - self.window}, **_COUNTS}
        if await self.collection.count_documents(recent, limit=self.limit + 1) > self.limit:
            raise TooManyDeadLetters(
                f"{self.service}: more than {self.limit} dead letters within {self.window}: nothing further is "
                "handled; look at them with `missedcall dead-letters list`, mend the cause, then start again; where "
                f"they shall be put aside all the same, `missedcall dead-letters accept {self.service}`"
            )


async def counted_in(collection: AsyncIOMotorCollection[dict[str, Any]]) -> list[Counted]:
    """What counts by now. MongoDB forgets each when the window is over."""
    whole = {**_COUNTS, "topic": {"$exists": True}}
    return [Counted.model_validate({**row, "id": row["_id"]}) async for row in collection.find(whole).sort("at")]


async def accept(collection: AsyncIOMotorCollection[dict[str, Any]], *, now: datetime) -> int:
    """Somebody has looked: what is counted by now may be put aside, and counts no more, for a window from now."""
    accepted = await collection.update_many(_COUNTS, {"$set": {"accepted_at": now, "at": now}})
    return accepted.modified_count


def _mark(counted: Counted) -> UpdateOne:
    return UpdateOne({"_id": counted.id}, {"$setOnInsert": counted.model_dump(exclude={"id"})}, upsert=True)
