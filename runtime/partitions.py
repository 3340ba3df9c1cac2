"""Which partitions a topic has, for consumers outside any group."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import TopicPartition


async def partitions_of(consumer: Any, topic: str) -> list[TopicPartition]:
    """Waits for the topic to be known: right after its creation a broker may not say so yet."""
    client = consumer._client  # noqa: SLF001 - topics() alone answers from an old view
    client.add_topic(topic)  # first: one without topics asks for all that there are
    while True:
        await client.force_metadata_update()
        if numbers := consumer.partitions_for_topic(topic):
            return [TopicPartition(topic, number) for number in sorted(numbers)]
        await asyncio.sleep(0.1)
