"""The operator's taps: each one document, with what of it is still to be said on the topic."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.errors import DuplicateKeyError

from runtime.events import Outgoing
from schemas.controls import CONTROLS_CHANGED, ControlChanged, Texting
from services.businesses.journal import Journal, Version
from services.businesses.taps import Order, Tap, turned

COLLECTION: Final = "controls"


class Controls:
    """As they were ordered, also where nobody has said so yet. A tap that was never turned has no document."""

    def __init__(self, collection: AsyncIOMotorCollection[dict[str, Any]]) -> None:
        self._collection = collection
        self.journal = Journal(collection)

    async def turn(self, tap: Tap, order: Order, *, now: datetime) -> ControlChanged | None:
        """How it stands afterwards. Of orders that are given at once each is carried out, one after the other."""
        while True:
            before = await self.get(tap)
            after = turned(before, tap, order, now=now)
            if after is None or after == before or await self._changed_to(after, tap, now):
                return after

    async def get(self, tap: Tap) -> ControlChanged | None:
        row = await self._collection.find_one({"_id": tap.key}, {"control": 1})
        return ControlChanged.model_validate(row["control"]) if row else None

    async def standing(self) -> list[ControlChanged]:
        """Where texting is not simply on, the widest scope first."""
        rows = self._collection.find({"control.texting": {"$ne": Texting.ON.value}}, {"control": 1})
        found = [ControlChanged.model_validate(row["control"]) async for row in rows]
        return sorted(found, key=lambda control: (bool(control.name), control.scope, control.name))

    async def _changed_to(self, after: ControlChanged, tap: Tap, now: datetime) -> bool:
        """False where somebody else was faster."""
        version = _version(after, tap, now)
        if after.version > 1:
            return await self.journal.go_on(version, now=now)
        try:
            await self.journal.begin(version, now=now)
        except DuplicateKeyError:
            return False
        return True


def _version(control: ControlChanged, tap: Tap, now: datetime) -> Version:
    event = CONTROLS_CHANGED.event(
        control, source="/businesses", subject=tap.key, transition=str(control.version), key=tap.key, time=now
    )
    return Version(
        key=tap.key,
        version=control.version,
        fields={"control": control.model_dump(mode="json")},
        record=Outgoing.of(event),
    )
