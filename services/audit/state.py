"""The ledger: every record once, under its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from runtime.mongo import duplicates
from services.audit.entries import Entry

COLLECTION: Final = "records"
_QUESTIONS: Final = (
    ("call_sid", "time"),
    ("text_id", "time"),
    ("message_sid", "time"),
    ("reference", "time"),
    ("conversation_id", "time"),
    ("person_id", "time"),
    ("business_id", "day", "time"),
)


class PlaceTaken(Exception):  # noqa: N818 - it says what is known
    """Another record stands under the same place: the topic was made anew in the same cluster.

    It goes to the dead letters with its bytes, and too many of those stop the audit.
    """


class Ledger:
    """Only ever added to."""

    def __init__(self, records: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        self._records = records

    async def prepare(self) -> None:
        """One index a question; an entry without the field takes no room in it."""
        indexes = [
            IndexModel([(f, ASCENDING) for f in fields], partialFilterExpression={fields[0]: {"$exists": True}})
            for fields in _QUESTIONS
        ]
        await self._records.create_indexes(indexes)

    async def keep(self, entries: Sequence[Entry]) -> set[str]:
        """Writes them down in one go, and returns the places of those that were new. Raises PlaceTaken."""
        repeated: list[Entry] = []
        try:
            await self._records.insert_many(entries, ordered=False)
        except BulkWriteError as error:
            repeated = [entries[index] for index in duplicates(error)]
            await self._hold_to_what_stands(repeated)
        return {entry["_id"] for entry in entries} - {entry["_id"] for entry in repeated}

    async def _hold_to_what_stands(self, repeated: Sequence[Entry]) -> None:
        """A record that comes again is the same to the byte."""
        places = [entry["_id"] for entry in repeated]
        standing = {
            row["_id"]: row["value"] async for row in self._records.find({"_id": {"$in": places}}, {"value": 1})
        }
        taken = [entry["_id"] for entry in repeated if standing[entry["_id"]] != entry["value"]]
        if taken:
            raise PlaceTaken(f"{len(taken)} places hold other bytes, the first is {taken[0]}")
