"""The stack that everything else is tested on: two real servers that take what they are given."""

from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from local.stack import Stack


async def test_kafka_gives_back_to_a_consumer_group_what_a_producer_sent(stack: Stack) -> None:
    topic = f"local-{uuid4().hex}"
    await _create(topic, stack)
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka, enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, b"value", key=b"key")
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=stack.kafka, group_id=topic, auto_offset_reset="earliest"
    ) as consumer:
        record = await consumer.getone()
        await consumer.commit()
    assert (record.key, record.value) == (b"key", b"value")


async def test_mongodb_commits_a_transaction_on_a_majority(stack: Stack) -> None:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stack.mongodb, w="majority")
    async with client, client.start_session() as session:
        notes = client[f"local-{uuid4().hex}"]["notes"]
        async with await session.start_transaction():
            await notes.insert_one({"_id": 1}, session=session)
        assert await notes.count_documents({}) == 1
        await client.drop_database(notes.database.name)


async def _create(topic: str, stack: Stack) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()
