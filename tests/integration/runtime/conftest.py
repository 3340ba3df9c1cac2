"""Ground to stand on: the stack that all share, or servers of our own where a test stops them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from local.folders import cache_folder
from local.kafka import groups_ready, running_kafka
from local.mongo import running_mongod
from local.programs import Server
from local.stack import Stack
from tests.integration.runtime.ground import Ground, eventually
from tests.integration.runtime.toy import TOPICS


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Ours alone: they may be stopped without harm to others."""

    kafka: Server
    mongod: Server


async def _ground(kafka: str, mongodb: str, folder: Path) -> Ground:
    topics_file = folder / "topics.yaml"
    topics_file.write_text(TOPICS)
    ground = Ground(kafka=kafka, mongodb=mongodb, namespace=f"r{uuid4().hex[:8]}.", topics_file=topics_file)
    await ground.create_topics()
    return ground


@pytest.fixture
async def ground(stack: Stack, tmp_path: Path) -> Ground:
    return await _ground(stack.kafka, stack.mongodb, tmp_path)


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    folder = tmp_path_factory.mktemp("servers")
    kafka = running_kafka(folder / "kafka", cache_folder(os.environ))
    async with kafka as own_kafka, running_mongod(folder / "mongodb") as own_mongod:
        yield Servers(kafka=own_kafka, mongod=own_mongod)


@pytest.fixture
async def own_ground(servers: Servers, tmp_path: Path) -> Ground:
    """A broker that another test froze is in its cluster again only when its controller has heard from it."""
    host, _, port = servers.kafka.address.rpartition(":")
    await eventually(lambda: groups_ready(host, int(port)))
    return await _ground(servers.kafka.address, servers.mongod.address, tmp_path)
