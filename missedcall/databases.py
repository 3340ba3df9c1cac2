"""A command's way to a service's database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

from missedcall.running import system_environment
from runtime.mongo import database_name, mongo_client


@asynccontextmanager
async def database_of(service: str, environ: Mapping[str, str]) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    """Raises NotRunning where nothing says where MongoDB is."""
    found = system_environment(environ, needs=["MONGODB_URI"])
    client = mongo_client(found["MONGODB_URI"], application="missedcall-command")
    try:
        yield client[database_name(service, namespace=found.get("MISSEDCALL_NAMESPACE", ""))]
    finally:
        client.close()
