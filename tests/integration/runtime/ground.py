"""A test's own corner of Kafka and MongoDB: topics of the toy service under a namespace, and a look at both."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

from runtime.admin import cluster_metadata, kafka_admin
from runtime.events import DataT, Event, Outgoing, Topic
from runtime.mongo import database_name
from runtime.settings import RuntimeSettings
from runtime.topics import create_topics, declared_topics

_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    kafka: str
    mongodb: str
    namespace: str
    topics_file: Path

    def settings(self, **more: Any) -> RuntimeSettings:
        return RuntimeSettings(
            kafka_bootstrap_servers=self.kafka,
            mongodb_uri=self.mongodb,
            namespace=self.namespace,
            topics_file=self.topics_file,
            **more,
        )

    async def create_topics(self) -> None:
        topics = declared_topics(self.topics_file)
        await create_topics(self.kafka, topics, replication=1, namespace=self.namespace)

    async def say(self, *events: Event[Any]) -> None:
        outgoing = [Outgoing.of(event) for event in events]
        await self.say_raw(*((record.topic, record.key.encode(), record.value) for record in outgoing))

    async def say_raw(
        self,
        *records: tuple[str, bytes | None, bytes | None],
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
    ) -> None:
        """In one batch per partition, so that they arrive together."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka, acks="all", linger_ms=5, max_request_size=2 * 1024 * 1024
        )
        await producer.start()
        try:
            sent = [
                await producer.send(self.namespace + topic, value, key=key, headers=headers, partition=partition)
                for topic, key, value in records
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def heard(self, topic: Topic[DataT], *, at_least: int, within: float = 30) -> list[Event[DataT]]:
        return [topic.parse(value) for value in await self.heard_raw(topic.name, at_least=at_least, within=within)]

    async def heard_raw(self, topic: str, *, at_least: int, within: float = 30) -> list[bytes]:
        """All values of a topic from its beginning to its end, once there are so many."""
        values: list[bytes] = []
        async with self._reader(topic) as consumer, asyncio.timeout(within):
            while True:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    values += [record.value for record in records]
                ends = await consumer.end_offsets(consumer.assignment())
                at_end = all([await consumer.position(partition) >= end for partition, end in ends.items()])
                if at_end and len(values) >= at_least:
                    return values

    async def uncommitted(self, topic: str, group: str = "toy") -> int:
        """Records that the group has not committed yet."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka, group_id=self.namespace + group, enable_auto_commit=False
        )
        await consumer.start()
        try:
            partitions = self._partitions(topic)
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            return sum([end - (await consumer.committed(partition) or 0) for partition, end in ends.items()])
        finally:
            await consumer.stop()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(self.mongodb, tz_aware=True)
        try:
            yield client[database_name("toy", namespace=self.namespace)]
        finally:
            client.close()

    async def documents(self) -> dict[str, dict[str, Any]]:
        async with self.database() as database:
            return {row["_id"]: row async for row in database["counts"].find()}

    @asynccontextmanager
    async def process(self, **environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """The toy service as a process; it is killed at the end if it still lives."""
        given = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "MONGODB_URI": self.mongodb,
            "MISSEDCALL_NAMESPACE": self.namespace,
            "MISSEDCALL_TOPICS_FILE": str(self.topics_file),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.integration.runtime.toy"),
            cwd=_ROOT,
            env=os.environ | given | environ,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    @asynccontextmanager
    async def _reader(self, topic: str) -> AsyncIterator[Any]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka, fetch_max_wait_ms=50, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign(self._partitions(topic))
            await consumer.seek_to_beginning()
            yield consumer
        finally:
            await consumer.stop()

    def _partitions(self, topic: str) -> list[TopicPartition]:
        count = next(t.partitions for t in declared_topics(self.topics_file) if t.name == topic)
        return [TopicPartition(self.namespace + topic, number) for number in range(count)]


async def logged(process: asyncio.subprocess.Process, action: str, *, within: float = 30) -> Mapping[str, Any]:
    """The next line of a process's log that has this action."""
    assert process.stderr is not None
    async with asyncio.timeout(within):
        async for line in process.stderr:
            entry: Mapping[str, Any] = json.loads(line)
            if entry.get("action") == action:
                return entry
    raise AssertionError(f"the process ended without {action}")


async def eventually(condition: Callable[[], Awaitable[bool]], *, within: float = 30) -> None:
    async with asyncio.timeout(within):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


async def delete_topic(kafka: str, topic: str) -> None:
    """It is gone when this returns: a broker says so later than it says yes."""
    async with kafka_admin(kafka) as admin:
        await admin.delete_topics([topic])

        async def gone() -> bool:
            return all(told["error_code"] for told in (await cluster_metadata(admin, [topic]))["topics"])

        await eventually(gone)


async def asked(port: int, path: str) -> tuple[int, str]:
    """Status and body of an ops endpoint."""

    def get() -> tuple[int, str]:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    try:
        return await asyncio.to_thread(get)
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A server that is there and answers nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
