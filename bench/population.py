"""Makes a database look as if it had been in use for years: copies of what the service itself has written there."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from pymongo import MongoClient

_AT_ONCE: Final = 1_000  # copies that one intermediate document stands for: all at once would be too large for one


async def multiplied(uri: str, database: str, collection: str, copies: int) -> None:
    """One document of the collection, so many times, under ids that lie between those that are there."""
    await asyncio.to_thread(_multiplied, uri, database, collection, copies)


def _multiplied(uri: str, database: str, collection: str, copies: int) -> None:
    """In MongoDB itself: a million documents need not travel. With a client of its own, which may take its time."""
    at_once = min(_AT_ONCE, copies)
    with MongoClient[dict[str, Any]](uri) as client:
        client[database][collection].aggregate(
            [
                {"$limit": 1},
                {"$set": {"_many": {"$range": [0, copies // at_once]}}},
                {"$unwind": "$_many"},
                {"$set": {"_each": {"$range": [0, at_once]}}},
                {"$unwind": "$_each"},
                {"$set": {"_id": _own_id()}},
                {"$unset": ["_many", "_each"]},
                {"$merge": {"into": collection, "whenMatched": "fail"}},
            ]
        )


def _own_id() -> dict[str, Any]:
    """The first letters as they are (c1_), then where chance puts it, as a hash would, then what nobody else has."""
    chance = {"$substrBytes": [{"$toString": {"$rand": {}}}, 2, 12]}
    only = [{"$toString": "$_many"}, "-", {"$toString": "$_each"}]
    return {"$concat": [{"$substrBytes": ["$_id", 0, 3]}, chance, "-", *only]}
