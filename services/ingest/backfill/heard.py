"""What was ingested since a moment: read from the topic itself, which is the only place that knows of every replica."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from runtime.partitions import partitions_of
from schemas.calls import CALLS_INGESTED
from services.ingest.backfill.told import Told

log = logging.getLogger(__name__)

# Our clock may be before Twilio's, and a call is ingested when it begins.
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_REQUEST_MS: Final = 10_000
_ROUND_MS: Final = 500
# Understood at once, without holding up webhooks for more than some milliseconds.
_RECORDS: Final = 200


class Heard:
    """For one round: read when it is first needed, and again only where somebody looks further back."""

    def __init__(self, bootstrap: str, *, namespace: str) -> None:
        self._bootstrap = bootstrap
        self._topic = namespace + CALLS_INGESTED.name
        self._lock = asyncio.Lock()
        self._since: datetime | None = None
        self._told: Mapping[str, Told] = {}

    async def since(self, moment: datetime) -> Mapping[str, Told]:
        """By call SID. Raises KafkaError and OSError."""
        async with self._lock:
            if self._since is None or moment < self._since:
                self._told = await self._read(moment - _CLOCKS_DIFFER)
                self._since = moment
            return self._told

    async def _read(self, moment: datetime) -> Mapping[str, Told]:
        """Up to what the topic holds by now."""
        told: dict[str, Told] = defaultdict(Told)
        async with self._consumer() as consumer:
            partitions = await partitions_of(consumer, self._topic)
            consumer.assign(partitions)
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
            starts = await consumer.offsets_for_times(dict.fromkeys(partitions, int(moment.timestamp() * 1000)))
            for partition in partitions:
                first = starts.get(partition)
                consumer.seek(partition, first.offset if first else ends[partition])
            while not all([await consumer.position(partition) >= end for partition, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=_ROUND_MS, max_records=_RECORDS)).values():
                    for record in records:
                        _hear(told, record.value or b"")
        return dict(told)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[Any]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            fetch_max_wait_ms=50,
            request_timeout_ms=_REQUEST_MS,
            auto_offset_reset="earliest",
        )
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()


def _hear(told: dict[str, Told], value: bytes) -> None:
    """What is no event of ours tells nothing here; the decider has put it aside, and counted it."""
    try:
        fact = CALLS_INGESTED.parse(value).data
    except ValueError:
        log.warning("record passed over", extra={"action": "backfill_record_rejected"})
        return
    told[fact.call_sid].hear(fact)
