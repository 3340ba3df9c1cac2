"""The one way to MongoDB: majority writes, majority reads, and a time limit on everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import BulkWriteError

_OPERATION_MS = 10_000
_SELECTION_MS = 5_000
_DUPLICATE_KEY = 11000


def mongo_client(uri: str, *, application: str) -> AsyncIOMotorClient[dict[str, Any]]:
    """Connects at the first operation. Majority reads: what a failover could take back is never acted upon."""
    return AsyncIOMotorClient(
        uri,
        appname=application,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        retryWrites=True,
        tz_aware=True,
        timeoutMS=_OPERATION_MS,
        serverSelectionTimeoutMS=_SELECTION_MS,
        connectTimeoutMS=_SELECTION_MS,
    )


def database_name(service: str, *, namespace: str = "") -> str:
    """A service's own database: no other service reads it."""
    return f"{namespace.replace('.', '_')}missedcall_{service}"


def duplicates(error: BulkWriteError) -> list[int]:
    """The places of the writes that lost; anything but a duplicate key is raised as it is."""
    details: Mapping[str, Any] = defaultdict(list, error.details or {})
    others = [e for e in details["writeErrors"] if e["code"] != _DUPLICATE_KEY]
    if others or details["writeConcernErrors"]:
        raise error
    return [e["index"] for e in details["writeErrors"]]
