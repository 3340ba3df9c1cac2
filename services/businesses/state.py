"""The businesses: each one document, with what of it is still to be said on the topic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.errors import DuplicateKeyError

from runtime.events import Outgoing
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged
from services.businesses.journal import Journal, Version
from services.businesses.refusals import Refused

COLLECTION: Final = "businesses"


class Businesses:
    """As they are by now, also where nobody has said so yet."""

    def __init__(self, collection: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        self._collection = collection
        self.journal = Journal(collection)

    async def prepare(self) -> None:
        """A number belongs to one business, whoever writes and however many at once."""
        await self._collection.create_index("business.numbers", unique=True)
        await self.journal.prepare()

    async def begin(self, business: BusinessChanged, *, now: datetime) -> None:
        """Raises Refused where a number is another's."""
        try:
            await self.journal.begin(_version(business, now), now=now)
        except DuplicateKeyError as error:
            raise _number_taken() from error

    async def change(
        self, business_id: str, rule: Callable[[BusinessChanged], BusinessChanged], *, now: datetime
    ) -> BusinessChanged | None:
        """What it is afterwards; None where there is no such business. Raises Refused, also the rule's own."""
        while (before := await self.get(business_id)) is not None:
            after = rule(before)
            if after == before or await self._changed_to(after, now):
                return after
        return None

    async def get(self, business_id: str) -> BusinessChanged | None:
        row = await self._collection.find_one({"_id": business_id}, {"business": 1})
        return BusinessChanged.model_validate(row["business"]) if row else None

    async def everyone(self) -> list[BusinessChanged]:
        rows = self._collection.find({}, {"business": 1}).sort("business.name")
        return [BusinessChanged.model_validate(row["business"]) async for row in rows]

    async def accounts(self) -> set[str]:
        """The Twilio accounts that businesses are connected through."""
        return set(await self._collection.distinct("business.account_sid"))

    async def _changed_to(self, after: BusinessChanged, now: datetime) -> bool:
        """False where somebody else was faster."""
        try:
            return await self.journal.go_on(_version(after, now), now=now)
        except DuplicateKeyError as error:
            raise _number_taken() from error


def _version(business: BusinessChanged, now: datetime) -> Version:
    event = BUSINESSES_CHANGED.event(
        business,
        source="/businesses",
        subject=business.business_id,
        transition=str(business.version),
        key=business.business_id,
        time=now,
    )
    return Version(
        key=business.business_id,
        version=business.version,
        fields={"business": business.model_dump(mode="json")},
        record=Outgoing.of(event),
    )


def _number_taken() -> Refused:
    return Refused(
        "--number",
        "a number belongs to another business already",
        "find it with `missedcall business list`, and give that business other numbers first",
    )
