"""Asking Kafka about itself: a connection for some questions, each with a time limit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.metadata import MetadataRequest

_REQUEST_MS: Final = 10_000


@asynccontextmanager
async def kafka_admin(bootstrap: str) -> AsyncIterator[Any]:
    """Raises KafkaError and TimeoutError where nobody answers."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_REQUEST_MS)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def cluster_metadata(
    admin: Any, topics: Sequence[str] | None = (), *, broker: int | None = None
) -> dict[str, Any]:
    """The brokers that are there, the cluster's id, and those of these topics that exist; None is all topics.

    As any broker knows it, or this one. aiokafka's own ways always ask for all topics, of which there may be many, or
    have those made that do not exist.
    """
    names = None if topics is None else list(topics)
    answer = await admin._send_request(MetadataRequest(names, allow_auto_topic_creation=False), broker)  # noqa: SLF001
    metadata: dict[str, Any] = answer.to_object()
    return metadata
