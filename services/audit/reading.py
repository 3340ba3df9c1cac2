"""Asks the ledger what belongs to a call, a text, a message or a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorCollection

from services.audit.entries import Entry

_NAMED_BY: Final = ("call_sid", "text_id", "message_sid", "conversation_id")
# What leads from one record of a story to the next: a receipt names no call, and an opt-out only what it rests on.
_LEADS: Final = ("call_sid", "text_id", "message_sid")


def naming_any(names: Iterable[str]) -> dict[str, Any]:
    """The query; each part of it has its index."""
    either = {"$in": sorted(names)}
    return {"$or": [{field: either} for field in (*_NAMED_BY, "reference")]}


async def entries_about(records: AsyncIOMotorCollection[dict[str, Any]], name: str) -> list[Entry]:
    """Everything that names it, then everything that names what those do, until nothing new turns up."""
    asked: set[str] = set()
    open_names = {name}
    found: dict[str, Entry] = {}
    while open_names:
        asked |= open_names
        found |= {entry["_id"]: entry async for entry in records.find(naming_any(open_names))}
        open_names = _leads(found.values()) - asked
    return list(found.values())


def _leads(entries: Iterable[Entry]) -> set[str]:
    return {entry[field] for entry in entries for field in _LEADS if field in entry}
