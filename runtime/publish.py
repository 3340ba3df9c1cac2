"""Publishing: records are in the topic, on every in-sync replica, when `publish` returns."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from prometheus_client import Counter

from runtime import metrics
from runtime.batches import sent_in_batches
from runtime.errors import GivenUp, NotPublished, TooLarge
from runtime.events import Outgoing
from runtime.partitioner import by_key
from runtime.shared_client import SharedClient

log = logging.getLogger(__name__)

# Kafka's own limit is 1 MiB a batch, unless a topic declares more.
_RECORD_BYTES = 1_000_000
# A dead letter holds a whole record in base64, so it may be a third larger than any other.
_REQUEST_BYTES = 2 * 1024 * 1024
_BATCH_BYTES = 256 * 1024
_REQUEST_MS = 5_000


class Publisher:
    """An idempotent producer with acks=all, made anew when it is not to be trusted any more."""

    def __init__(self, bootstrap: str, *, client_id: str, namespace: str = "") -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._namespace = namespace
        self._producer = SharedClient[Any](self._made, name="producer", given_up=_ended)

    async def start(self) -> None:
        await self._producer.ready()

    async def stop(self, *, within: float = 3) -> None:
        """Ends in bounded time: what a broker that is away has not confirmed by then is given up."""
        await self._producer.stop(within=within)

    async def publish(self, records: Sequence[Outgoing], *, within: float = 10) -> None:
        """Raises NotPublished unless all are acknowledged within so many seconds, TooLarge where none ever would be.

        What was not acknowledged may stand in the topic all the same: an idempotent producer never expires its
        batches, so it is thrown away with them, and the caller says the same bytes again.
        """
        if not records:
            return
        started = time.monotonic()
        producer: Any = None
        try:
            async with asyncio.timeout(within):
                producer = await self._producer.ready()
                await self._send(producer, records)
        except MessageSizeTooLargeError as error:
            self._producer.give_up(producer)  # it has counted the batch, and the broker would miss it
            raise TooLarge(_sizes(records)) from error
        except (OSError, KafkaError, GivenUp) as error:  # OSError: out of time, out of file descriptors
            self._producer.give_up(producer)
            raise NotPublished(f"{len(records)} records were not acknowledged: {type(error).__name__}") from error
        metrics.PUBLISH_SECONDS.observe(time.monotonic() - started)
        for record in records:
            _published(record.topic).inc()

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Outgoing]) -> None:
        """Hands all over before waiting for any, so that they travel in one request a broker."""
        acknowledgements: list[asyncio.Future[object]] = []
        try:
            async for acknowledgement in sent_in_batches(producer, records, namespace=self._namespace):
                acknowledgements.append(acknowledgement)  # noqa: PERF401 - one by one, also where one of them fails
            await asyncio.gather(*acknowledgements)
        finally:
            for acknowledgement in acknowledgements:
                acknowledgement.cancel()  # after a failure nobody waits for the others any more

    def _made(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            enable_idempotence=True,
            acks="all",
            partitioner=by_key,
            max_batch_size=_BATCH_BYTES,
            max_request_size=_REQUEST_BYTES,
            request_timeout_ms=_REQUEST_MS,
        )


@lru_cache(maxsize=64)  # one a topic: finding a counter by its label takes longer than counting
def _published(topic: str) -> Counter:
    return metrics.PUBLISHED.labels(topic)


def check_sizes(records: Sequence[Outgoing]) -> None:
    """Raises TooLarge while it is still known which cause made them so."""
    if any(len(record.value) + len(record.key) > _RECORD_BYTES for record in records):
        raise TooLarge(_sizes(records))


def _sizes(records: Sequence[Outgoing]) -> str:
    largest = max(records, key=lambda record: len(record.value))
    return f"event {largest.id} for {largest.topic} has {len(largest.value)} bytes: more than a broker takes"


async def _ended(producer: Any) -> None:
    """In place of stop(), which would wait for ever for the batches that are given up. aiokafka has no other way."""
    producer._closed = True  # noqa: SLF001
    await producer._sender.close()  # noqa: SLF001
    _give_up_batches(producer._message_accumulator)  # noqa: SLF001
    await producer.client.close()


def _give_up_batches(accumulator: Any) -> None:
    """Whoever waits for one learns that it failed.

    A batch that had been sent and was queued again is in no set of pending ones, but takes itself out of it when it
    fails; and nobody asks for the failure of its waiter for room. asyncio would report both as errors of ours.
    """
    queued = [batch for batches in accumulator._batches.values() for batch in batches]  # noqa: SLF001
    accumulator._pending_batches.update(queued)  # noqa: SLF001
    accumulator._batches.clear()  # noqa: SLF001
    given_up = list(accumulator._pending_batches)  # noqa: SLF001
    accumulator.fail_all(KafkaError("the producer was given up"))
    for batch in given_up:
        batch._drain_waiter.exception()  # noqa: SLF001
        batch.future.exception()
