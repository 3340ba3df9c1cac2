"""Publishing: records are in the topic, on every in-sync replica, when `publish` returns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from runtime import metrics
from runtime.errors import NotPublished
from runtime.events import Outgoing

_BATCH_BYTES = 256 * 1024


class Publisher:
    """An idempotent producer with acks=all, made anew when it is not to be trusted any more."""

    def __init__(self, bootstrap: str, *, client_id: str, namespace: str = "", linger_ms: int = 0) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._namespace = namespace
        self._linger_ms = linger_ms
        self._producer: Any = None
        self._renewal = asyncio.Lock()

    async def start(self) -> None:
        await self._ready()

    async def stop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def publish(self, records: Sequence[Outgoing], *, within: float = 10) -> None:
        """Raises NotPublished unless all are acknowledged within so many seconds.

        What was not acknowledged may stand in the topic all the same: an idempotent producer never expires its
        batches, so it is thrown away with them, and the caller says the same bytes again.
        """
        if not records:
            return
        started = time.monotonic()
        producer: Any = None
        try:
            async with asyncio.timeout(within):
                producer = await self._ready()
                await self._send(producer, records)
        except (TimeoutError, KafkaError) as error:
            await self._discard(producer)
            raise NotPublished(f"{len(records)} records were not acknowledged: {error or 'timed out'}") from error
        metrics.PUBLISH_SECONDS.observe(time.monotonic() - started)
        for record in records:
            metrics.PUBLISHED.labels(record.topic).inc()

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Outgoing]) -> None:
        """Hands all over before waiting for any, so that they travel in one request a broker."""
        acknowledgements = [
            await producer.send(self._namespace + record.topic, record.value, key=record.key.encode())
            for record in records
        ]
        await asyncio.gather(*acknowledgements)

    async def _ready(self) -> AIOKafkaProducer:
        async with self._renewal:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._bootstrap,
                    client_id=self._client_id,
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=self._linger_ms,
                    max_batch_size=_BATCH_BYTES,
                    request_timeout_ms=5_000,
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    async def _discard(self, producer: Any) -> None:
        """Only the one that failed: another task may have made a new one meanwhile."""
        if producer is not None and self._producer is producer:
            self._producer = None
            producer._closed = True  # noqa: SLF001 - stop() would wait for ever for the batches that are given up
            await producer._sender.close()  # noqa: SLF001
            await producer.client.close()
