"""One Kafka and one MongoDB: those that the environment gives, else real ones started here, side by side."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local.containers import kafka_container, mongo_container
from local.errors import LocalStackError
from local.folders import cache_folder, run_folder, runs_folder
from local.jars import Progress, unseen
from local.kafka import running_kafka
from local.mongo import running_mongod
from local.programs import Server

_Starting = AbstractAsyncContextManager[Server]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Where to find them; `kind` says what was started here, and is "given" where nothing was."""

    kafka: str  # host:port
    mongodb: str  # a URI without a database
    kind: Literal["given", "native", "containers"]


@asynccontextmanager
async def running_stack(environ: Mapping[str, str] = os.environ, progress: Progress = unseen) -> AsyncIterator[Stack]:
    """A stack for as long as the block lasts.

    Ending the block stops all. However this process dies, SIGKILL included, the kernel takes the native servers with
    it, and the next start removes their folder. Let signals end the block too: `local.signals`.
    """
    kind = _kind(environ)
    async with AsyncExitStack() as opened:
        folder = opened.enter_context(run_folder(runs_folder())) if kind == "native" else None
        kafka, mongodb = await _side_by_side(opened, _kafka(environ, folder, progress), _mongodb(environ, folder))
        yield Stack(kafka=kafka.address, mongodb=mongodb.address, kind=kind)


def _kind(environ: Mapping[str, str]) -> Literal["given", "native", "containers"]:
    if environ.get("KAFKA_BOOTSTRAP_SERVERS") and environ.get("MONGODB_URI"):
        return "given"
    match environ.get("MISSEDCALL_LOCAL") or "native":
        case "native":
            return "native"
        case "containers":
            return "containers"
        case other:
            raise LocalStackError(f"MISSEDCALL_LOCAL is {other!r}: set it to native or containers, or unset it.")


def _kafka(environ: Mapping[str, str], folder: Path | None, progress: Progress) -> _Starting:
    if given := environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return nullcontext(Server(address=given))
    if folder is None:
        return kafka_container()
    return running_kafka(folder / "kafka", cache_folder(environ), progress)


def _mongodb(environ: Mapping[str, str], folder: Path | None) -> _Starting:
    if given := environ.get("MONGODB_URI"):
        return nullcontext(Server(address=given))
    if folder is None:
        return mongo_container()
    return running_mongod(folder / "mongodb")


async def _side_by_side(opened: AsyncExitStack, *servers: _Starting) -> list[Server]:
    """Start all at once; the first that fails stops the others, and is the one that is reported."""
    try:
        async with asyncio.TaskGroup() as group:
            starts = [group.create_task(opened.enter_async_context(server)) for server in servers]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [start.result() for start in starts]
