"""Three mongods, one replica set: a write is confirmed when two of them have it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, PyMongoError

from local.mongo import LOG, REPLICA_SET, SECONDS_TO_START, found_replica_set, mongod_command
from local.ports import free_ports, listening
from tests.drill.nodes import Node, answered

MEMBERS: Final = 3
_ELECTION_MILLISECONDS: Final = 2_000
_PROBE_MILLISECONDS: Final = 1_000
_STANDS_BACK_SECONDS: Final = 5


@dataclass(frozen=True, kw_only=True)
class MongoCluster:
    nodes: tuple[Node, ...]

    @property
    def uri(self) -> str:
        hosts = ",".join(node.address for node in self.nodes)
        return f"mongodb://{hosts}/?replicaSet={REPLICA_SET}&w=majority"

    async def primary(self) -> Node:
        """Raises PyMongoError where nobody is."""
        host = await asyncio.to_thread(self._primary)
        return next(node for node in self.nodes if node.address == host)

    async def elections(self) -> int:
        """How many there were, as the members count them. Raises PyMongoError where nobody won the last one."""
        return await asyncio.to_thread(self._term)

    async def step_down(self) -> None:
        """The primary stands back for some seconds; whoever speaks to it is thrown out in the middle."""
        await asyncio.to_thread(self._step_down)

    async def ready(self) -> None:
        """Every member answers, and one of them takes writes."""
        for node in self.nodes:
            await answered(f"mongod at {node.address}", partial(listening, *_host(node)), within=SECONDS_TO_START)
        await answered("a primary", self._elected, within=SECONDS_TO_START)

    async def _elected(self) -> bool:
        try:
            await self.primary()
        except PyMongoError:
            return False
        return True

    def _primary(self) -> str:
        with self._client() as client:
            host: str = client.admin.command("hello")["primary"]
            return host

    def _term(self) -> int:
        with self._client() as client:
            term: int = client.admin.command("replSetGetStatus")["term"]
            return term

    def _step_down(self) -> None:
        with self._client() as client, suppress(AutoReconnect):
            client.admin.command("replSetStepDown", _STANDS_BACK_SECONDS, force=True)

    def _client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(self.uri, serverSelectionTimeoutMS=_PROBE_MILLISECONDS)


@asynccontextmanager
async def running_mongo_cluster(folder: Path) -> AsyncIterator[MongoCluster]:
    nodes = []
    async with AsyncExitStack() as opened:
        for number, port in enumerate(free_ports(MEMBERS), start=1):
            home = folder / f"mongod-{number}"
            (home / "data").mkdir(parents=True)
            node = Node(address=f"127.0.0.1:{port}", argv=mongod_command(home / "data", port), log=home / LOG)
            nodes.append(await opened.enter_async_context(node))
        await answered("the replica set", lambda: asyncio.to_thread(_founded, nodes), within=SECONDS_TO_START)
        cluster = MongoCluster(nodes=tuple(nodes))
        await cluster.ready()
        yield cluster


def _host(node: Node) -> tuple[str, int]:
    host, _, port = node.address.partition(":")
    return host, int(port)


def _founded(nodes: list[Node]) -> bool:
    with MongoClient[dict[str, Any]](
        *_host(nodes[0]), directConnection=True, serverSelectionTimeoutMS=_PROBE_MILLISECONDS
    ) as client:
        try:
            found_replica_set(client, [node.address for node in nodes], electionTimeoutMillis=_ELECTION_MILLISECONDS)
        except PyMongoError:
            return False
    return True
