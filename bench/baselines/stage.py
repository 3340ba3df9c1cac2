"""A stage by hand: read, validate, one find, one bulk write, keyed sends, all awaited, then the commit.

What is not there is inserted, which costs MongoDB a quarter of an upsert; a record that came twice would end it.
Told by one JSON object: where Kafka and MongoDB are, the topics, and whether this stage reads, writes and speaks.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import InsertOne, ReplaceOne

from schemas.catalogue import TOPICS


async def stage(told: dict[str, Any]) -> None:
    topic = next(topic for topic in TOPICS if topic.name == told["reads"])
    client: Any = AsyncIOMotorClient(told["mongodb"], w="majority", journal=True, readConcernLevel="majority")
    collection = client[f"{told['namespace'].replace('.', '_')}{told['group']}"]["documents"]
    await collection.create_index("touched_at", expireAfterSeconds=30 * 24 * 3600)
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=told["kafka"], enable_idempotence=True, max_batch_size=256 * 1024
    )
    consumer: Any = AIOKafkaConsumer(
        told["namespace"] + topic.name,
        bootstrap_servers=told["kafka"],
        group_id=told["namespace"] + told["group"],
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
    )
    await producer.start()
    await consumer.start()
    while True:
        fetched = await consumer.getmany(timeout_ms=10, max_records=500)
        records = [record for part in fetched.values() for record in part]
        if not records:
            continue
        events = [topic.parse(record.value) for record in records]
        if told["stores"]:
            await _store(collection, events, records, finds=told["finds"])
        if told["says"]:
            name = told["namespace"] + told["says"]
            await _all([await producer.send(name, record.value, key=record.key) for record in records])
        await consumer.commit()


async def _store(collection: Any, events: list[Any], records: list[Any], *, finds: bool) -> None:
    ids = [event.subject for event in events]
    known = {row["_id"]: row async for row in collection.find({"_id": {"$in": ids}})} if finds else {}
    now = datetime.now(UTC)
    rows = [
        {
            "_id": event.subject,
            "key": event.partitionkey,
            "rev": known.get(event.subject, {"rev": 0})["rev"] + 1,
            "state": event.data.model_dump(mode="json"),
            "said": record.value,
            "touched_at": now,
        }
        for event, record in zip(events, records, strict=True)
    ]
    writes = [InsertOne(row) if row["rev"] == 1 else ReplaceOne({"_id": row["_id"]}, row) for row in rows]
    await collection.bulk_write(writes, ordered=False)


async def _all(sent: list[Any]) -> None:
    for acknowledgement in sent:
        await acknowledgement


if __name__ == "__main__":
    uvloop.run(stage(json.loads(sys.argv[1])))
