"""The ledger in MongoDB: one document a text, every change guarded by the revision it was made of.

What a change has to say to the world is written with it, in one atomic step, and stands there as bytes until the
broker has acknowledged it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from random import uniform
from typing import Any, Final
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.errors import BulkWriteError

from runtime.errors import Conflict
from runtime.events import Outgoing
from runtime.metrics import CONFLICTS
from runtime.mongo import duplicates, expire_after
from runtime.retry import full_jitter
from services.sender import metrics
from services.sender.changes import Change, Happening, Held, changes_of, count
from services.sender.entry import Claim, Entry, State
from services.sender.evidence import Claimed, DeadlinePassed, message_named
from services.sender.ledger import take
from services.sender.rows import FIRST, SETTLED, Saying, held, inserted, sayings, update
from services.sender.texts import Text

COLLECTION: Final = "ledger"
_ATTEMPTS: Final = 12
_NOTHING: Final[Mapping[str, Held]] = {}


class Ledger:
    """Consumers write into it what is to be sent and what was heard; dispatchers claim from it."""

    def __init__(
        self, collection: AsyncIOMotorCollection[dict[str, Any]], *, new_token: Callable[[], str] = lambda: uuid4().hex
    ) -> None:
        """`new_token`: what nobody else has; one a write."""
        self.collection = collection
        self._new_token = new_token

    async def prepare(self, *, keep: timedelta) -> None:
        """Only what is settled is ever forgotten."""
        due = {"due_at": {"$type": "date"}}
        await self.collection.create_index([("state", 1), ("due_at", 1)], partialFilterExpression=due)
        await self.collection.create_index([("state", 1), ("expires_at", 1)])
        speaking = {"unpublished.0": {"$exists": True}}
        await self.collection.create_index("touched_at", partialFilterExpression=speaking)
        # One message settles one text, whatever is said of it.
        named = {"message_sid": {"$type": "string"}}
        await self.collection.create_index("message_sid", unique=True, partialFilterExpression=named)
        await self.collection.create_index("entry.text.recipient")
        await expire_after(self.collection, "settled_at", seconds=int(keep.total_seconds()))

    async def open(self, texts: Sequence[Text], *, now: datetime) -> list[Held]:
        """Writes down what is to be sent; returns what was not there. What was, in whatever state, stays as it is."""
        entries = [Entry(text=text, due_at=now) for text in texts]
        if not entries:
            return []
        there: set[int] = set()
        try:
            await self.collection.bulk_write([inserted(entry, now) for entry in entries], ordered=False)
        except BulkWriteError as error:
            there = {*duplicates(error)}
        return [Held(rev=FIRST, entry=entry) for index, entry in enumerate(entries) if index not in there]

    async def apply(
        self, happenings: Sequence[Happening], *, now: datetime, known: Mapping[str, Held] = _NOTHING
    ) -> list[Saying]:
        """Takes all in and returns what is to be published. Raises Conflict when other writers stay faster.

        `known`: as these texts stood a moment ago; where they still do, they need not be read.
        """
        if not happenings:
            return []
        pending = list(happenings)
        to_publish: list[Saying] = []
        waits = full_jitter(uniform, base=0.005, cap=0.2)
        for _ in range(_ATTEMPTS):
            standing = {**await self._read({h.text_id for h in pending} - known.keys()), **known}
            known = _NOTHING
            changes = changes_of(standing, pending)
            lost, said = await self._write(changes, now)
            to_publish += said
            pending = await self._still_to_be_said([h for h in pending if h.text_id in lost])
            if not pending:
                return to_publish
            CONFLICTS.inc(len(lost))
            await asyncio.sleep(next(waits))
        raise Conflict(f"{len(pending)} facts: their texts were changed by others each time")

    async def due(
        self, *, now: datetime, limit: int, not_accounts: Collection[str] = (), not_businesses: Collection[str] = ()
    ) -> list[Held]:
        """Intents to be posted, the longest waiting first, without those of accounts and businesses left alone."""
        query = {
            "state": State.INTENT.value,
            "due_at": {"$lte": now},
            "account_sid": {"$nin": list(not_accounts)},
            "business_id": {"$nin": list(not_businesses)},
        }
        return [held(row) async for row in self.collection.find(query).sort("due_at").limit(limit)]

    async def claim(self, intents: Sequence[Held], claim: Claim, *, now: datetime) -> list[Held]:
        """Those that are this claim's alone. Where the answer is lost, nobody posts and the leases run out."""
        changes = [Change(before=intent, after=take(intent.entry, Claimed(claim=claim, at=now))) for intent in intents]
        lost, _ = await self._write(changes, now)
        won = [change for change in changes if change.before.text_id not in lost]
        return [Held(rev=change.before.rev + 1, entry=change.after) for change in won]

    async def neglected(self, deadline: DeadlinePassed, *, now: datetime, limit: int) -> list[str]:
        """Texts whose lease ran out, intents past their time, and unsure ones that nobody can settle any more."""
        leases = {"state": State.POSTING.value, "due_at": {"$lte": now}}
        late = {"state": State.INTENT.value, "expires_at": {"$lte": now}}
        unseen = {"state": State.UNSURE.value, "due_at": None, "claimed_at": {"$lte": deadline.claimed_by}}
        given_up = {"state": State.UNSURE.value, "claimed_at": {"$lte": deadline.given_up_by}}
        return [
            row["_id"]
            for query in (leases, late, unseen, given_up)
            async for row in self.collection.find(query, {"_id": 1}).limit(limit)
        ]

    async def waiting(
        self, state: State, *, now: datetime, after: timedelta, limit: int, not_accounts: Collection[str] = ()
    ) -> list[Entry]:
        """Those in a state, claimed so long ago, whose time has come to ask Twilio what became of them."""
        query = {
            "state": state.value,
            "due_at": {"$lte": now},
            "claimed_at": {"$lte": now - after},
            "account_sid": {"$nin": list(not_accounts)},
        }
        return [held(row).entry async for row in self.collection.find(query).sort("due_at").limit(limit)]

    async def between(self, sender: str, recipient: str) -> list[Entry]:
        """All texts from one number to another that the ledger still holds."""
        query = {"entry.text.recipient": recipient, "entry.text.sender": sender}
        return [held(row).entry async for row in self.collection.find(query)]

    async def parked(self, *, claimed_by: datetime) -> list[Entry]:
        """Those a person may rule on, and unsure ones claimed by then that nobody has parked; the oldest first."""
        late = {"state": State.UNSURE.value, "claimed_at": {"$lte": claimed_by}}
        rows = self.collection.find({"$or": [{"state": State.PARKED.value}, late]}).sort("claimed_at")
        return [held(row).entry async for row in rows]

    async def text(self, text_id: str) -> Entry | None:
        return held_by.entry if (held_by := (await self._read([text_id])).get(text_id)) else None

    async def holder(self, message_sid: str) -> str | None:
        """The text that a message settled."""
        row = await self.collection.find_one({"message_sid": message_sid}, {"_id": 1})
        return row["_id"] if row else None

    async def is_published(self, text_id: str) -> bool:
        """Whether all that was said of it is on the topic."""
        return await self.collection.find_one({"_id": text_id, "unpublished.0": {"$exists": True}}, {"_id": 1}) is None

    async def unpublished(self, *, before: datetime, limit: int) -> list[Saying]:
        """What was stored before this time and has not been published, as after a crash."""
        query = {"unpublished.0": {"$exists": True}, "touched_at": {"$lt": before}}
        rows = self.collection.find(query, {"unpublished": 1}).sort("touched_at").limit(limit)
        return [
            Saying(text_id=row["_id"], record=Outgoing(**record)) async for row in rows for record in row["unpublished"]
        ]

    async def published(self, done: Sequence[Saying]) -> None:
        """The broker has them: from now on they are the topic's to keep."""
        if done:
            texts, events = {saying.text_id for saying in done}, {saying.record.id for saying in done}
            said = {"$pull": {"unpublished": {"id": {"$in": list(events)}}}}
            await self.collection.update_many({"_id": {"$in": list(texts)}}, said)

    async def standing(self) -> tuple[Mapping[State, int], datetime | None]:
        """How many are neither done nor given up, by state, and since when the intent waits whose time ends first."""
        counts = {s: await self.collection.count_documents({"state": s.value}) for s in State if s not in SETTLED}
        oldest = await self.collection.find_one(
            {"state": State.INTENT.value}, {"opened_at": 1}, sort=[("expires_at", 1)]
        )
        return counts, oldest["opened_at"] if oldest else None

    async def _still_to_be_said(self, lost: Sequence[Happening]) -> list[Happening]:
        """Without what says that a text is a message that another text is already: that is seen, and not believed."""
        named = {sid for h in lost if (sid := message_named(h.evidence))}
        rows = self.collection.find({"message_sid": {"$in": list(named)}}, {"message_sid": 1})
        holders = {row["message_sid"]: row["_id"] async for row in rows}
        believed = [h for h in lost if holders.get(message_named(h.evidence), h.text_id) == h.text_id]
        metrics.CONTRADICTIONS.inc(len(lost) - len(believed))
        return believed

    async def _read(self, ids: Collection[str]) -> dict[str, Held]:
        if not ids:
            return {}
        rows = self.collection.find({"_id": {"$in": list(ids)}})
        return {row["_id"]: held(row) async for row in rows}

    async def _write(self, changes: Sequence[Change], now: datetime) -> tuple[Collection[str], list[Saying]]:
        """The ids of those that another writer had changed meanwhile, and what the others now say."""
        if not changes:
            return (), []
        said = {change.before.text_id: sayings(change, now) for change in changes}
        lost = await self._lost(changes, said, now)
        written = [change for change in changes if change.before.text_id not in lost]
        count(written, now)
        return lost, [saying for change in written for saying in said[change.before.text_id]]

    async def _lost(
        self, changes: Sequence[Change], said: Mapping[str, Sequence[Saying]], now: datetime
    ) -> Collection[str]:
        """MongoDB says how many it changed; only where that is not all of them, it is asked which."""
        token, ids = self._new_token(), {change.before.text_id for change in changes}
        writes = [update(change, said[change.before.text_id], now, token=token) for change in changes]
        refused: set[str] = set()
        try:
            changed = (await self.collection.bulk_write(writes, ordered=False)).modified_count
        except BulkWriteError as error:
            refused = {changes[index].before.text_id for index in duplicates(error)}
            changed = error.details["nModified"]
        if changed == len(changes) - len(refused):
            return refused
        ours = self.collection.find({"_id": {"$in": list(ids)}, "written": token}, {"_id": 1})
        return ids - {row["_id"] async for row in ours}
