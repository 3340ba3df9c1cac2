"""State that is read in one query, decided in memory and written in one bulk write, guarded by revisions.

What this process wrote a moment ago is not read again, nor is what is most likely not there: the guard tells where that
was wrong, and then it is read after all.

What a cause made a document say stands in the document itself, written with the state in one atomic step. A cause
that comes again finds its words there and nothing is decided twice; a writer that was slower finds a newer revision
and must decide again. So a crash, a redelivery, a zombie or a race changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import uniform
from typing import Any, Generic, TypeVar

from motor.motor_asyncio import AsyncIOMotorCollection
from pydantic import BaseModel
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from runtime import metrics
from runtime.errors import Conflict
from runtime.events import Outgoing
from runtime.mongo import duplicates
from runtime.progress import UNTOLD_RECORDS
from runtime.recent import Recent
from runtime.retry import full_jitter
from runtime.settings import BATCHES_AT_ONCE, LARGEST_BATCH

_ATTEMPTS = 12
# Redelivery reaches back as far as nothing was told, and one batch more; all of it may be one document's. So many
# causes are remembered beyond those in hand: less would let a new cause, coming between, push out one that is about to
# come again.
_REMEMBERED = UNTOLD_RECORDS + BATCHES_AT_ONCE * LARGEST_BATCH
# A phone rings for 20 s, and for half a minute of calls at 100 a second there is room: some 15 MB, as long as few of
# their causes have words. What has more causes is read each time.
_RECENT = 3_000
_RECENT_SECONDS = 60.0
_RECENT_CAUSES = 16

StateT = TypeVar("StateT", bound=BaseModel)
CauseT = TypeVar("CauseT")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[CauseT]):
    """Something that a document must take in: by whom it was caused, and under which key it speaks.

    `opens`: mostly nothing was heard of the document before.
    """

    document: str
    cause_id: str
    key: str
    cause: CauseT
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[StateT]):
    """What a rule makes of a document: its next state, what it says, and when it wants to be asked again."""

    state: StateT
    says: Sequence[Outgoing] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(Generic[StateT]):
    """A document as it stands in MongoDB; revision 0 is one that does not yet.

    `said` holds, by cause, what it was made to say, in MongoDB's form: most of it is only written back.
    """

    id: str
    key: str
    rev: int
    state: StateT
    said: Mapping[str, Row]


@dataclass(slots=True)
class Document(Generic[StateT]):
    """A document in hand. `said` is what is new."""

    stored: Stored[StateT]
    state: StateT
    said: dict[str, Sequence[Outgoing]] = field(default_factory=dict)
    due_at: datetime | None = None

    def take(self, work: Work[CauseT], rule: Callable[[StateT, CauseT], Change[StateT]]) -> Sequence[Outgoing]:
        """The words for this cause: those said before, or new ones."""
        if before := self.stored.said.get(work.cause_id):
            return tuple(Outgoing(**record) for record in before["records"])
        if work.cause_id not in self.said:
            change = rule(self.state, work.cause)
            self.state, self.due_at = change.state, change.due_at
            self.said[work.cause_id] = change.says
        return self.said[work.cause_id]


Rule = Callable[[StateT, CauseT], Change[StateT]]


class Documents(Generic[StateT]):
    """One collection of such documents."""

    def __init__(
        self, collection: AsyncIOMotorCollection[dict[str, Any]], state: type[StateT], *, clock: Callable[[], datetime]
    ) -> None:
        self.collection = collection
        self._state = state
        self._blank = state()  # one for all: states are frozen
        self._clock = clock
        self._recent: Recent[Stored[StateT]] = Recent(at_most=_RECENT, seconds=_RECENT_SECONDS, clock=time.monotonic)

    async def decide(
        self, work: Sequence[Work[CauseT]], rule: Rule[StateT, CauseT], *, notes: dict[str, Any] | None = None
    ) -> list[Outgoing]:
        """Decides and stores all, and returns what is to be published, in the order of the work.

        `notes`: where the rule writes, by the id of a cause, what it decided; what had been decided before by others is
        taken out. Raises Conflict when other writers stay faster.
        """
        words: dict[int, Sequence[Outgoing]] = {}
        ours: dict[int, Sequence[Outgoing]] = {}
        open_work = dict(enumerate(work))
        waits = full_jitter(uniform, base=0.005, cap=0.2)
        for attempt in range(_ATTEMPTS):
            documents = await self._load(open_work.values(), anew=bool(attempt))
            for index, item in open_work.items():
                document = documents[item.document]
                words[index] = document.take(item, rule)
                if item.cause_id in document.said:
                    ours[index] = words[index]
            if attempt:
                metrics.CONFLICTS.inc(sum(bool(document.said) for document in documents.values()))
            doubtful = await self._store(documents.values(), in_hand=len(open_work))
            open_work = {index: item for index, item in open_work.items() if item.document in doubtful}
            if not open_work:
                _take_out(notes or {}, [item for index, item in enumerate(work) if words[index] != ours.get(index)])
                return [record for index in range(len(work)) for record in words[index]]
            await asyncio.sleep(next(waits))
        raise Conflict(f"{len(open_work)} documents of {self.collection.name} were changed by others each time")

    async def states(self, ids: Iterable[str]) -> dict[str, StateT]:
        """States to look at and not to change, in one query; those that are not there are left out."""
        rows = await self._found(set(ids), {"state": 1})
        return {row["_id"]: self._state.model_validate(row["state"]) for row in rows}

    async def _load(self, work: Collection[Work[Any]], *, anew: bool) -> dict[str, Document[StateT]]:
        """`anew`: what was thought to be known was wrong."""
        keys = {item.document: item.key for item in work}
        known = {} if anew else self._recent.of(keys)
        unlikely = {item.document for item in work if item.opens and not anew}
        for row in await self._found(keys.keys() - known.keys() - unlikely):
            known[row["_id"]] = _stored(row, self._state.model_validate(row["state"]))
            self._remember(known[row["_id"]])
        for id_ in keys.keys() - known.keys():
            known[id_] = Stored(id=id_, key=keys[id_], rev=0, state=self._blank, said={})
        return {id_: Document(stored, stored.state) for id_, stored in known.items()}

    async def _found(self, ids: Collection[str], fields: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
        """In one answer: a batch that holds one more than there can be needs no second request for the rest."""
        found = self.collection.find({"_id": {"$in": list(ids)}}, fields, batch_size=len(ids) + 1)
        return await found.to_list(None) if ids else []

    async def _store(self, documents: Iterable[Document[StateT]], *, in_hand: int) -> set[str]:
        """Writes what changed; returns the ids of those that must be looked at again.

        MongoDB says which inserts it refused, and of replacements only how many it made: where one of them came too
        late all are looked at again, and those that were written find their own words there.
        """
        changed = {document.stored.id: document for document in documents if document.said}
        if not changed:
            return set()
        refused: set[str] = set()
        rows = [self._row(document, _REMEMBERED + in_hand) for document in changed.values()]
        writes = [_write(row) for row in rows]
        try:
            replaced = (await self.collection.bulk_write(writes, ordered=False)).modified_count
        except BulkWriteError as error:
            refused = {rows[index]["_id"] for index in duplicates(error)}
            replaced = error.details["nModified"]
        standing = {id_ for id_, document in changed.items() if document.stored.rev}
        doubtful = refused if replaced == len(standing) else refused | standing
        for row in rows:
            if row["_id"] not in doubtful:
                self._remember(_stored(row, changed[row["_id"]].state))
        return doubtful

    def _remember(self, stored: Stored[StateT]) -> None:
        if len(stored.said) <= _RECENT_CAUSES:
            self._recent.keep(stored.id, stored)
        else:
            self._recent.forget(stored.id)

    def _row(self, document: Document[StateT], remembered: int) -> dict[str, Any]:
        stored = document.stored
        said = [*stored.said.values(), *(_entry(cause, words) for cause, words in document.said.items())]
        row = {
            "_id": stored.id,
            "key": stored.key,
            "rev": stored.rev + 1,
            "state": document.state.model_dump(mode="json"),
            "said": said[-remembered:],
            "touched_at": self._clock(),
        }
        # Absent and not null where nothing is due: the sparse index then holds the waiting ones only.
        return row if document.due_at is None else row | {"due_at": document.due_at}


def _take_out(notes: dict[str, Any], decided_before: Iterable[Work[Any]]) -> None:
    for item in decided_before:
        notes.pop(item.cause_id, None)


def _write(row: dict[str, Any]) -> InsertOne[dict[str, Any]] | UpdateOne:
    """A document that is not stored yet is inserted: the unique key refuses what came too late.

    One that is, is replaced where it still has the revision that was read. The guard stands in the replacement and not
    in the filter: by its id alone MongoDB finds a document in half the time that a filter of two fields takes.
    """
    if row["rev"] == 1:
        return InsertOne(row)
    unchanged = {"$eq": ["$rev", row["rev"] - 1]}
    return UpdateOne({"_id": row["_id"]}, [{"$replaceWith": {"$cond": [unchanged, {"$literal": row}, "$$ROOT"]}}])


def _stored(row: Row, state: StateT) -> Stored[StateT]:
    said = {entry["cause"]: entry for entry in row["said"]}
    return Stored(id=row["_id"], key=row["key"], rev=row["rev"], state=state, said=said)


def _entry(cause: str, words: Sequence[Outgoing]) -> Row:
    records = [{"topic": r.topic, "key": r.key, "id": r.id, "value": r.value} for r in words]
    return {"cause": cause, "records": records}
