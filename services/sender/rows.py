"""A text's document in MongoDB: the entry whole, what the ledger is asked by, and what is still to be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import InsertOne, UpdateOne

from runtime.events import Outgoing
from services.sender.changes import Change, Held
from services.sender.entry import Entry, State
from services.sender.news import outgoing

FIRST: Final = 1
SETTLED: Final = frozenset({State.ACCEPTED, State.FAILED, State.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Bytes that stand in a text's document until they are published."""

    text_id: str
    record: Outgoing


def inserted(entry: Entry, now: datetime) -> InsertOne[dict[str, Any]]:
    """Refused by the unique key where the text is there already; a third of what an upsert costs."""
    return InsertOne({"_id": entry.text.text_id, **_fields(entry, now), "rev": FIRST, "opened_at": now})


def sayings(change: Change, now: datetime) -> list[Saying]:
    traceparent = change.after.text.traceparent
    return [
        Saying(text_id=change.before.text_id, record=outgoing(said, at=now, traceparent=traceparent))
        for said in change.news
    ]


def update(change: Change, said: Sequence[Saying], now: datetime, *, token: str) -> UpdateOne:
    """Changes nothing where the revision is no longer the one that was read. `token` tells which writes were ours.

    The guard stands in the update and not in the filter: by its id alone MongoDB finds a document in half the time.
    """
    fields = {**_fields(change.after, now), "rev": change.before.rev + 1, "written": token}
    parts: list[Any] = ["$$ROOT", {"$literal": fields}]
    if said:
        new = {"$literal": [asdict(saying.record) for saying in said]}
        parts.append({"unpublished": {"$concatArrays": [{"$ifNull": ["$unpublished", []]}, new]}})
    unchanged = {"$eq": ["$rev", change.before.rev]}
    changed = {"$cond": [unchanged, {"$mergeObjects": parts}, "$$ROOT"]}
    return UpdateOne({"_id": change.before.text_id}, [{"$replaceWith": changed}])


def _fields(entry: Entry, now: datetime) -> dict[str, Any]:
    """The entry whole, and beside it what the ledger is asked by.

    Absent and not null where it is not settled, which is never taken back: the index of what is to be forgotten then
    holds nothing else.
    """
    settled = {"settled_at": now} if entry.state in SETTLED else {}
    return {
        "state": entry.state.value,
        "account_sid": entry.text.account_sid,
        "business_id": entry.text.business_id,
        "due_at": entry.due_at,
        "claimed_at": entry.claimed_at,
        "message_sid": entry.message_sid,
        "expires_at": entry.text.expires_at,
        **settled,
        "touched_at": now,
        "entry": entry.model_dump(mode="json", exclude_none=True),
    }


def held(row: Mapping[str, Any]) -> Held:
    return Held(rev=row["rev"], entry=Entry.model_validate(row["entry"]))
