"""What a drill is held on: three brokers, three mongods, two replicas of each service, and a simulated Twilio."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from local.folders import run_folder, runs_folder
from local.layout import Layout
from local.system import System, all_ready, running_system
from missedcall.stage.opening import open_stage
from missedcall.stage.play import Stage
from tests.drill.kafka_cluster import NODES, KafkaCluster, running_kafka_cluster
from tests.drill.mongo_cluster import MongoCluster, running_mongo_cluster
from tests.drill.skewed import program

SPEED: Final = 20.0
"""Of Twilio's time: a phone that rings for 15 s does so for less than one."""
ROOMY: Final = 64 * 1024 * 1024
"""Bytes that each replica of ingest may spool: more than any outage here brings."""
LEASE_SECONDS: Final = 6.0
_PACE: Final[Mapping[str, object]] = {
    "GRACE_SECONDS": 2,
    "TWILIO_CONNECT_SECONDS": 1,
    "TWILIO_READ_SECONDS": 1.5,
    "LEASE_SECONDS": LEASE_SECONDS,
    "SHUTDOWN_SECONDS": 8,
    "HALT_SECONDS": 1,
    "LOOK_FIRST_SECONDS": 1,
    "LOOK_CAP_SECONDS": 2,
    "BACKFILL_EVERY_SECONDS": 5,
    "BACKFILL_SETTLE_SECONDS": 5,
    "BACKFILL_LIST_SECONDS": 5,
    "BACKFILL_LEASE_SECONDS": 10,
}


@dataclass(frozen=True, kw_only=True)
class Ground:
    kafka: KafkaCluster
    mongo: MongoCluster
    system: System
    stage: Stage

    async def whole(self) -> None:
        """Every server and every service is back."""
        await self.kafka.ready()
        await self.mongo.ready()
        await all_ready(self.system.ops, self.system.folder)


@asynccontextmanager
async def ground(said: Callable[[str], None], *, spool_bytes: int) -> AsyncIterator[Ground]:
    """`said`: what is being started, for whoever waits for it."""
    with run_folder(runs_folder()) as folder:
        said("starting three brokers and three mongods")
        async with running_kafka_cluster(folder) as kafka, running_mongo_cluster(folder) as mongo:
            said("starting two replicas of each service")
            layout = Layout(replicas=2, replication=NODES, program=program)
            async with running_system(_environ(kafka, mongo, spool_bytes), speed=SPEED, layout=layout) as system:
                urls = [f"{url}/metrics" for url in system.ops.values()]
                simulator, environment = system.simulator or "", system.environment
                async with open_stage(simulator=simulator, environment=environment, metrics_urls=urls) as stage:
                    yield Ground(kafka=kafka, mongo=mongo, system=system, stage=stage)


def _environ(kafka: KafkaCluster, mongo: MongoCluster, spool_bytes: int) -> dict[str, str]:
    pace = {f"MISSEDCALL_{name}": str(value) for name, value in {**_PACE, "SPOOL_BYTES": spool_bytes}.items()}
    ours = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap, "MONGODB_URI": mongo.uri}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("MISSEDCALL_")}, **pace, **ours}
