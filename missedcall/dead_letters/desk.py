"""One service's dead letters, opened for a command: its topic, and its MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection

from missedcall.databases import database_of
from missedcall.dead_letters.memory import COLLECTION, Memory
from missedcall.dead_letters.reading import Progress, Reader, reading
from missedcall.running import system_environment
from runtime.dead_letters_count import COLLECTION as COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`counted`: what counts towards the service's limit."""

    reader: Reader
    memory: Memory
    counted: AsyncIOMotorCollection[dict[str, Any]]


def bootstrap_of(environ: Mapping[str, str]) -> tuple[str, str]:
    """Where Kafka is, and the namespace. Raises NotRunning, naming MongoDB too where nothing says where that is."""
    found = system_environment(environ, needs=["KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI"])
    return found["KAFKA_BOOTSTRAP_SERVERS"], found.get("MISSEDCALL_NAMESPACE", "")


@asynccontextmanager
async def desk(service: str, environ: Mapping[str, str], *, progress: Progress) -> AsyncIterator[Desk]:
    """Raises NotRunning, TopicMismatch, or what Kafka or MongoDB says."""
    bootstrap, namespace = bootstrap_of(environ)
    async with (
        database_of(service, environ) as database,
        reading(service, bootstrap, namespace=namespace, progress=progress) as reader,
    ):
        yield Desk(reader=reader, memory=Memory(database[COLLECTION]), counted=database[COUNTED])
