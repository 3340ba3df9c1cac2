"""A bench's own corner of the stack: a namespace of topics, databases and groups; nothing stays of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from motor.motor_asyncio import AsyncIOMotorClient

from bench.ground import Ground
from local.errors import LocalStackError
from local.system import TOPICS_FILE
from runtime.events import Outgoing
from runtime.mongo import mongo_client
from runtime.topics import TopicDeclaration, create_topics, declared_topics

_LOOK_SECONDS: Final = 0.01
_PATIENCE_SECONDS: Final = 120.0
_IN_FLIGHT: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """`topics` are those that stand here, `topics_file` declares them to services."""

    ground: Ground
    namespace: str
    topics: Sequence[TopicDeclaration]
    topics_file: Path
    producer: Any
    consumer: Any
    admin: Any
    mongo: AsyncIOMotorClient[dict[str, Any]]

    @property
    def environment(self) -> dict[str, str]:
        """Of a service that works here."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.ground.stack.kafka,
            "MONGODB_URI": self.ground.stack.mongodb,
            "MISSEDCALL_NAMESPACE": self.namespace,
            "MISSEDCALL_TOPICS_FILE": str(self.topics_file),
        }

    async def fill(self, records: Sequence[Outgoing]) -> None:
        """Into their topics, acknowledged."""
        for start in range(0, len(records), _IN_FLIGHT):
            part = records[start : start + _IN_FLIGHT]
            sent = [await self.producer.send(self.namespace + r.topic, r.value, key=r.key.encode()) for r in part]
            await asyncio.gather(*sent)

    async def handled(self, group: str, topics: Sequence[str]) -> None:
        """Returns when the group has committed all that stands in these topics now.

        Asked of the broker: so it is the same question to a service and to its baseline.
        """
        places = [TopicPartition(self.namespace + t.name, n) for t in self.topics for n in range(t.partitions)]
        places = [place for place in places if place.topic.removeprefix(self.namespace) in topics]
        ends = {place: end for place, end in (await self.consumer.end_offsets(places)).items() if end}
        name = f"{self.namespace}{group}"
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    if await self._committed(name, ends):
                        return
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise LocalStackError(
                f"{group} did not get through {sum(ends.values())} records within {_PATIENCE_SECONDS:.0f} s: "
                f"see its log in {self.ground.folder}, and free the machine."
            ) from None

    async def _committed(self, group: str, ends: Mapping[TopicPartition, int]) -> bool:
        offsets = await self.admin.list_consumer_group_offsets(group)
        return all(place in offsets and offsets[place].offset >= end for place, end in ends.items())


@asynccontextmanager
async def opened_corner(
    ground: Ground, *services: str, holding: Sequence[Outgoing] = (), partitions: int | None = None
) -> AsyncIterator[Corner]:
    """With the topics that these services read and write, these records in them, and so many partitions where said."""
    namespace = f"bench{uuid4().hex[:8]}."
    topics = [t for t in declared_topics(TOPICS_FILE) if {*t.readers, *t.writers} & {*services}]
    if partitions:
        topics = [t.model_copy(update={"partitions": partitions}) if t.partitions > 1 else t for t in topics]
    file = ground.folder / f"{namespace}topics.yaml"
    file.write_text(yaml.safe_dump({"topics": [topic.model_dump(mode="json") for topic in topics]}))
    bootstrap = ground.stack.kafka
    producer: Any = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5, max_batch_size=256 * 1024)
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    mongo = mongo_client(ground.stack.mongodb, application="missedcall-bench")
    corner = Corner(
        ground=ground,
        namespace=namespace,
        topics=topics,
        topics_file=file,
        producer=producer,
        consumer=consumer,
        admin=admin,
        mongo=mongo,
    )
    try:
        await create_topics(bootstrap, topics, replication=1, namespace=namespace)
        for client in (admin, consumer, producer):
            await client.start()
        await corner.fill(holding)
        yield corner
    finally:
        await _cleared(corner)
        for client in (producer, consumer):
            await client.stop()
        await admin.close()
        mongo.close()


async def _cleared(corner: Corner) -> None:
    """Given servers keep nothing of a bench either; and a stack of our own stays small."""
    await corner.admin.delete_topics([corner.namespace + topic.name for topic in corner.topics])
    prefix = corner.namespace.replace(".", "_")
    for name in await corner.mongo.list_database_names():
        if name.startswith(prefix):
            await corner.mongo.drop_database(name)
