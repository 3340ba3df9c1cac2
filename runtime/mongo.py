"""The one way to MongoDB: majority writes, majority reads, and a time limit on everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo.errors import BulkWriteError, OperationFailure

from runtime.errors import Unwritten

# All that an operation may take, finding the server and retrying included. Longer counts as away.
_OPERATION_MS = 5_000
# Finding a server outside an operation: close() does so, to say goodbye, and the event loop waits for it.
_SELECTION_MS = 2_000
_DUPLICATE_KEY = 11000
_INDEX_OPTIONS_CONFLICT = 85
_INDEX_KEY_SPECS_CONFLICT = 86


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
        connectTimeoutMS=_OPERATION_MS,
    )


def database_name(service: str, *, namespace: str = "") -> str:
    """A service's own database: no other service reads it."""
    return f"{namespace.replace('.', '_')}missedcall_{service}"


async def expire_after(collection: AsyncIOMotorCollection[dict[str, Any]], field: str, *, seconds: int) -> None:
    """MongoDB deletes documents so long after the time in their field. Called again, it changes how long.

    Those without the field stay, and are not in the index.
    """
    keys = [(field, 1)]
    create = partial(collection.create_index, keys, expireAfterSeconds=seconds, sparse=True)
    try:
        await create()
    except OperationFailure as error:
        if error.code == _INDEX_OPTIONS_CONFLICT:
            index = {"keyPattern": dict(keys), "expireAfterSeconds": seconds}
            await collection.database.command("collMod", collection.name, index=index)
        elif error.code == _INDEX_KEY_SPECS_CONFLICT:  # one that holds those without the field, too
            await collection.drop_index(keys)
            await create()
        else:
            raise


def duplicates(error: BulkWriteError) -> list[int]:
    """The places of the writes that lost.

    Raises Unwritten for any other refusal: the driver's own error quotes the documents, and people's words with them.
    """
    details: Mapping[str, Any] = defaultdict(list, error.details or {})
    others = sorted({e["code"] for e in details["writeErrors"]} - {_DUPLICATE_KEY})
    if details["writeConcernErrors"]:
        raise error
    if others:
        raise Unwritten(f"MongoDB refused writes with error {', '.join(map(str, others))}") from None
    return [e["index"] for e in details["writeErrors"]]
