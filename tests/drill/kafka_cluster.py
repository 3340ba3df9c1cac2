"""Three Kafka nodes, each broker and controller in one: every record on all three, confirmed when two have it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.folders import cache_folder
from local.kafka import LOG, SECONDS_TO_START, formatted, groups_ready, java_with_kafka, settings
from local.ports import free_ports
from tests.drill.nodes import Node, answered

NODES: Final = 3
_REPLICATED: Final[Mapping[str, str | int]] = {
    "default.replication.factor": NODES,
    "min.insync.replicas": 2,
    "offsets.topic.replication.factor": NODES,
    "broker.session.timeout.ms": 3_000,  # a dead broker's partitions move soon
    "controller.quorum.election.timeout.ms": 500,
    "controller.quorum.fetch.timeout.ms": 1_000,
}


@dataclass(frozen=True, kw_only=True)
class KafkaCluster:
    nodes: tuple[Node, ...]

    @property
    def bootstrap(self) -> str:
        return ",".join(node.address for node in self.nodes)

    async def ready(self) -> None:
        """Every node answers a consumer group."""
        await asyncio.gather(*map(_ready, self.nodes))


@asynccontextmanager
async def running_kafka_cluster(folder: Path) -> AsyncIterator[KafkaCluster]:
    java = await java_with_kafka(cache_folder({}))
    brokers, controllers = (free := free_ports(2 * NODES))[:NODES], free[NODES:]
    voters = ",".join(f"{number}@127.0.0.1:{port}" for number, port in enumerate(controllers, start=1))

    async def node(number: int, broker: int, controller: int) -> Node:
        address, home = f"127.0.0.1:{broker}", folder / f"kafka-{number}"
        own = settings(address, bind="127.0.0.1", node=number, broker=broker, controller=controller)
        argv = await formatted(java, home, {**own, **_REPLICATED, "controller.quorum.voters": voters})
        return Node(address=address, argv=argv, log=home / LOG)

    numbers = range(1, NODES + 1)
    nodes = await asyncio.gather(*(node(*each) for each in zip(numbers, brokers, controllers, strict=True)))
    async with AsyncExitStack() as opened:
        for each in nodes:
            await opened.enter_async_context(each)
        cluster = KafkaCluster(nodes=tuple(nodes))
        await cluster.ready()
        yield cluster


async def _ready(node: Node) -> None:
    host, _, port = node.address.partition(":")
    await answered(f"the broker at {node.address}", lambda: groups_ready(host, int(port)), within=SECONDS_TO_START)
