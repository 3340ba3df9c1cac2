"""Documents that tell a topic what became of them: each change stands beside its words until those are said.

State and words are written in one step: a crash of whoever writes, or of whoever publishes, loses neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection

from runtime.events import Outgoing

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A document as it shall be, and the event that says so, to the byte. Versions count from 1, without a gap."""

    key: str
    version: int
    fields: Mapping[str, Any]
    record: Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """Changes of one document that are not published yet, oldest first; `rev` is the version they lead to."""

    key: str
    rev: int
    records: Sequence[Outgoing]


class Journal:
    """The command writes into it, the service says it: two processes that need not run at the same time."""

    def __init__(self, collection: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        await self._collection.create_index("unsaid_since", sparse=True)

    async def begin(self, first: Version, *, now: datetime) -> None:
        """Raises DuplicateKeyError where there is one of that key, or one that a unique index takes for the same."""
        row = {"rev": first.version, **first.fields, "unsaid": [asdict(first.record)], "unsaid_since": now}
        await self._collection.insert_one({"_id": first.key, **row})

    async def go_on(self, after: Version, *, now: datetime) -> bool:
        """False where somebody else was faster. Raises DuplicateKeyError, as `begin` does."""
        update = {
            "$set": {"rev": after.version, **after.fields},
            "$push": {"unsaid": asdict(after.record)},
            "$min": {"unsaid_since": now},
        }
        known = {"_id": after.key, "rev": after.version - 1}
        return (await self._collection.update_one(known, update)).modified_count == 1

    async def is_said(self, key: str) -> bool:
        """Whether everything of it stands on the topic."""
        return await self._collection.find_one({"_id": key, "unsaid_since": {"$exists": True}}) is None

    async def unsaid(self) -> list[Unsaid]:
        """Those that wait longest, first."""
        waiting = self._collection.find({"unsaid_since": {"$exists": True}}).sort("unsaid_since").limit(_AT_ONCE)
        return [
            Unsaid(key=row["_id"], rev=row["rev"], records=[Outgoing(**record) for record in row["unsaid"]])
            async for row in waiting
        ]

    async def said(self, unsaid: Unsaid) -> None:
        """Unless it changed meanwhile: then all is said again, in order, and the newest stays last."""
        known = {"_id": unsaid.key, "rev": unsaid.rev}
        await self._collection.update_one(known, {"$set": {"unsaid": []}, "$unset": {"unsaid_since": ""}})
