"""Asking Kafka about itself: a connection for some questions, each with a time limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient

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
