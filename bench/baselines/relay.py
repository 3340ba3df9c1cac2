"""A hop by hand: whatever comes in one topic goes out into the next, acks=all and awaited, then the commit.

The last one says nothing, and notes in its log when each record came (CLOCK_MONOTONIC), by its key. Where it is told
to, a hop writes each batch down before it goes on, as whoever decides something has to.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient


async def relay(told: dict[str, Any]) -> None:
    producer: Any = AIOKafkaProducer(bootstrap_servers=told["kafka"], enable_idempotence=True)
    consumer: Any = AIOKafkaConsumer(
        told["namespace"] + told["reads"],
        bootstrap_servers=told["kafka"],
        group_id=told["namespace"] + told["group"],
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
    )
    client: Any = AsyncIOMotorClient(told["mongodb"], w="majority", journal=True)
    collection = client[f"{told['namespace'].replace('.', '_')}{told['group']}"]["documents"]
    await producer.start()
    await consumer.start()
    while True:
        fetched = await consumer.getmany(timeout_ms=10, max_records=500)
        records = [record for part in fetched.values() for record in part]
        came = time.monotonic()
        if not records:
            continue
        if told["writes"]:
            await collection.insert_many([{"_id": r.key, "value": r.value} for r in records], ordered=False)
        if told["says"]:
            name = told["namespace"] + told["says"]
            await asyncio.gather(*[await producer.send(name, r.value, key=r.key) for r in records])
        else:
            print(json.dumps({record.key.decode(): came for record in records}), flush=True)
        await consumer.commit()


if __name__ == "__main__":
    uvloop.run(relay(json.loads(sys.argv[1])))
