"""A test's own corner of the shared stack: a namespace of topics, databases and groups, and a hand on the topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from local.stack import Stack
from runtime.admin import kafka_admin
from runtime.events import DataT, Event, Outgoing, Topic
from runtime.records import RawRecord
from runtime.topics import create_topics, declared_topics

TOPICS_FILE = Path(__file__).parents[2] / "deploy" / "topics.yaml"


@dataclass(frozen=True, slots=True)
class Wire:
    """Kafka and MongoDB as a test of one service needs them."""

    stack: Stack
    namespace: str

    @property
    def settings(self) -> dict[str, Any]:
        """What every service's Settings needs; a test adds its own."""
        return {
            "kafka_bootstrap_servers": self.stack.kafka,
            "mongodb_uri": self.stack.mongodb,
            "namespace": self.namespace,
        }

    async def create_topics(self) -> None:
        topics = declared_topics(TOPICS_FILE)
        await create_topics(self.stack.kafka, topics, replication=1, namespace=self.namespace)

    async def delete_topics(self) -> None:
        """Hundreds of tests on one broker would otherwise leave it tens of thousands of partitions to look after."""
        async with kafka_admin(self.stack.kafka) as admin:
            await admin.delete_topics([self.namespace + topic.name for topic in declared_topics(TOPICS_FILE)])

    async def say(self, *events: Event[Any]) -> None:
        """Publishes events as another service would."""
        records = [Outgoing.of(event) for event in events]
        await self.say_raw(*((r.topic, r.key.encode(), r.value) for r in records))

    async def say_raw(
        self, *records: tuple[str, bytes | None, bytes | None], headers: Sequence[tuple[str, bytes | None]] = ()
    ) -> None:
        """Publishes whatever it is: topic, key, value."""
        producer = AIOKafkaProducer(bootstrap_servers=self.stack.kafka, acks="all")
        await producer.start()
        try:
            for topic, key, value in records:
                await producer.send_and_wait(self.namespace + topic, value, key=key, headers=headers)
        finally:
            await producer.stop()

    async def heard(
        self,
        topic: Topic[DataT],
        *,
        count: int | None = None,
        until: Callable[[Sequence[Event[DataT]]], bool] | None = None,
        within: float = 30,
    ) -> list[Event[DataT]]:
        """All events of a topic from its beginning, once there are `count` of them or `until` holds of them.

        Raises TimeoutError with what there was: a test that waits in vain says what it saw.
        """
        events: list[Event[DataT]] = []

        def enough(raw: Sequence[RawRecord]) -> bool:
            events[:] = [topic.parse(record.value) for record in raw]
            return until(events) if until else len(events) >= (count or 1)

        await self.heard_raw(topic.name, until=enough, within=within)
        return events

    async def heard_raw(
        self, topic: str, *, until: Callable[[Sequence[RawRecord]], bool], within: float = 30
    ) -> list[RawRecord]:
        """All records of a topic from its beginning, once `until` holds of them."""
        records: list[RawRecord] = []
        async with self._reading(topic) as consumer:
            try:
                async with asyncio.timeout(within):
                    while not until(records):
                        for fetched in (await consumer.getmany(timeout_ms=100)).values():
                            records += [RawRecord.of(record, namespace=self.namespace) for record in fetched]
            except TimeoutError as error:
                raise TimeoutError(f"{topic} held only {[record.value for record in records]}") from error
        return records

    async def count(self, topic: str) -> int:
        """How many records stand in a topic now."""
        async with self._reading(topic) as consumer:
            ends = await consumer.end_offsets(consumer.assignment())
            starts = await consumer.beginning_offsets(consumer.assignment())
            return int(sum(ends.values()) - sum(starts.values()))

    @asynccontextmanager
    async def _reading(self, topic: str) -> Any:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.stack.kafka, fetch_max_wait_ms=50)
        await consumer.start()
        try:
            name = self.namespace + topic
            partitions = next(t.partitions for t in declared_topics(TOPICS_FILE) if t.name == topic)
            consumer.assign([TopicPartition(name, number) for number in range(partitions)])
            await consumer.seek_to_beginning()
            yield consumer
        finally:
            await consumer.stop()
