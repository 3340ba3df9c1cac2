"""The businesses: each one document, with what of it is still to be said on the topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.errors import DuplicateKeyError

from runtime.events import Outgoing
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged
from services.businesses.refusals import Refused

COLLECTION: Final = "businesses"
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """Changes of one business that are not published yet, oldest first; `rev` is the version they lead to."""

    business_id: str
    rev: int
    records: Sequence[Outgoing]


class Businesses:
    """The command writes state and words in one step, the service publishes: a crash between loses nothing."""

    def __init__(self, collection: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """A number belongs to one business, whoever writes and however many at once."""
        await self._collection.create_index("business.numbers", unique=True)
        await self._collection.create_index("unsaid_since", sparse=True)

    async def begin(self, business: BusinessChanged, *, now: datetime) -> None:
        """Raises Refused where a number is another's."""
        row = {"_id": business.business_id, **_state(business), "unsaid": [_row(business, now)], "unsaid_since": now}
        try:
            await self._collection.insert_one(row)
        except DuplicateKeyError as error:
            raise _number_taken() from error

    async def change(
        self, business_id: str, rule: Callable[[BusinessChanged], BusinessChanged], *, now: datetime
    ) -> BusinessChanged | None:
        """What it is afterwards; None where there is no such business. Raises Refused, also the rule's own."""
        while (before := await self.get(business_id)) is not None:
            after = rule(before)
            if after == before or await self._replaced(before, after, now):
                return after
        return None

    async def get(self, business_id: str) -> BusinessChanged | None:
        row = await self._collection.find_one({"_id": business_id}, {"business": 1})
        return BusinessChanged.model_validate(row["business"]) if row else None

    async def everyone(self) -> list[BusinessChanged]:
        rows = self._collection.find({}, {"business": 1}).sort("business.name")
        return [BusinessChanged.model_validate(row["business"]) async for row in rows]

    async def is_said(self, business_id: str) -> bool:
        """Whether everything of it stands on the topic."""
        return await self._collection.find_one({"_id": business_id, "unsaid_since": {"$exists": True}}) is None

    async def unsaid(self) -> list[Unsaid]:
        """Those that wait longest, first."""
        waiting = self._collection.find({"unsaid_since": {"$exists": True}}).sort("unsaid_since").limit(_AT_ONCE)
        return [
            Unsaid(business_id=row["_id"], rev=row["rev"], records=[Outgoing(**record) for record in row["unsaid"]])
            async for row in waiting
        ]

    async def said(self, unsaid: Unsaid) -> None:
        """Unless it changed meanwhile: then all is said again, in order, and the newest stays last."""
        known = {"_id": unsaid.business_id, "rev": unsaid.rev}
        await self._collection.update_one(known, {"$set": {"unsaid": []}, "$unset": {"unsaid_since": ""}})

    async def _replaced(self, before: BusinessChanged, after: BusinessChanged, now: datetime) -> bool:
        """False where somebody else was faster."""
        known = {"_id": before.business_id, "rev": before.version}
        update = {
            "$set": _state(after),
            "$push": {"unsaid": _row(after, now)},
            "$min": {"unsaid_since": now},
        }
        try:
            return (await self._collection.update_one(known, update)).modified_count == 1
        except DuplicateKeyError as error:
            raise _number_taken() from error


def _state(business: BusinessChanged) -> dict[str, Any]:
    return {"rev": business.version, "business": business.model_dump(mode="json")}


def _row(business: BusinessChanged, now: datetime) -> dict[str, Any]:
    """The event as it will be published, to the byte."""
    event = BUSINESSES_CHANGED.event(
        business,
        source="/businesses",
        subject=business.business_id,
        transition=str(business.version),
        key=business.business_id,
        time=now,
    )
    record = Outgoing.of(event)
    return {"topic": record.topic, "key": record.key, "id": record.id, "value": record.value}


def _number_taken() -> Refused:
    return Refused(
        "--number",
        "a number belongs to another business already",
        "find it with `missedcall business list`, and give that business other numbers first",
    )
