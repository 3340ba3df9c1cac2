"""Ingest's own MongoDB collections: the runs of the backfill, and which replica works at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from runtime.mongo import expire_after
from services.ingest.backfill.runs import Run, State

_RUNS: Final = "backfill_runs"
_LEASE: Final = "backfill_lease"
_KEPT: Final = timedelta(days=30)
_A_MOMENT: Final = timedelta(minutes=10)
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class Runs:
    """One document a run. The schedule has one an account, which each pass takes anew."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database[_RUNS]

    async def prepare(self) -> None:
        await self._collection.create_index("state")
        await expire_after(self._collection, "touched_at", seconds=int(_KEPT.total_seconds()))

    async def put(self, run: Run, *, now: datetime) -> None:
        row = {"_id": run.run_id, **run.model_dump(exclude={"run_id"}), "touched_at": now}
        await self._collection.replace_one({"_id": run.run_id}, row, upsert=True)

    async def ask(self, run: Run, *, now: datetime) -> Run:
        """The run that does it: one asked for a moment ago, if it is open still and reaches as far back."""
        selection = {"account_sid": run.account_sid, "business_id": run.business_id, "read_until": None}
        same = {"state": State.OPEN, "since": {"$lte": run.since}, "until": {"$gte": run.until - _A_MOMENT}}
        row = await self._collection.find_one({**selection, **same})
        if row is not None:
            return _run(row)
        await self.put(run, now=now)
        return run

    async def open(self) -> Sequence[Run]:
        """Those that somebody asked for come first."""
        found = self._collection.find({"state": State.OPEN}).sort([("read_until", 1), ("until", 1)])
        return [_run(row) async for row in found]

    async def of(self, run_ids: Sequence[str]) -> dict[str, Run]:
        return {row["_id"]: _run(row) async for row in self._collection.find({"_id": {"$in": list(run_ids)}})}

    async def begin(self, run: Run) -> None:
        await self._collection.update_one({"_id": run.run_id}, {"$set": {"begun": True, "trouble": None}})

    async def advance(self, run: Run, *, reached: datetime, listed: int, found: int, waiting: int) -> Run | None:
        """None where another replica was there before: it is at it, then."""
        return await self._changed(
            run,
            {
                "$set": {"reached": reached, "trouble": None},
                "$inc": {"listed": listed, "found": found, "waiting": waiting},
            },
        )

    async def complete(self, run: Run, *, now: datetime) -> None:
        known = {"read_until": run.until} if run.read_until else {}
        await self._changed(run, {"$set": {"state": State.COMPLETE, "touched_at": now, **known}})

    async def refuse(self, run: Run, why: str) -> None:
        await self._changed(run, {"$set": {"state": State.REFUSED, "trouble": why}})

    async def trouble(self, run: Run, why: str) -> None:
        await self._changed(run, {"$set": {"trouble": why}})

    async def _changed(self, run: Run, update: dict[str, Any]) -> Run | None:
        """Only as it was when it was read: who works at it without the lease changes nothing."""
        guard = {"_id": run.run_id, "state": State.OPEN, "reached": run.reached, "until": run.until}
        row = await self._collection.find_one_and_update(guard, update, return_document=ReturnDocument.AFTER)
        return None if row is None else _run(row)


class Lease:
    """Which process works at the runs. MongoDB's clock tells when it ends: clocks of replicas differ."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], *, holder: str, length: timedelta) -> None:
        self._collection = database[_LEASE]
        self._holder = holder
        self._milliseconds = int(length.total_seconds() * 1000)

    async def held(self) -> bool:
        """Whether it is ours, from now on for its whole length."""
        free = {"$or": [{"$eq": ["$holder", self._holder]}, {"$lt": ["$until", "$$NOW"]}]}
        update = [{"$set": {"holder": self._holder, "until": {"$add": ["$$NOW", self._milliseconds]}}}]
        if await self._collection.find_one_and_update({"_id": "lease", "$expr": free}, update):
            return True
        try:
            await self._collection.insert_one({"_id": "lease", "holder": None, "until": _EPOCH})
        except DuplicateKeyError:
            return False
        return await self.held()

    async def release(self) -> None:
        await self._collection.update_one(
            {"_id": "lease", "holder": self._holder}, [{"$set": {"holder": None, "until": "$$NOW"}}]
        )


def _run(row: dict[str, Any]) -> Run:
    return Run(run_id=row["_id"], **{name: row[name] for name in Run.model_fields if name in row})
