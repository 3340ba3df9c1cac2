"""Keeps a table at the end of its topic, with a consumer of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Any, Generic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from runtime import metrics
from runtime.events import DataT
from runtime.snapshots import Row, load_snapshot, save_snapshot
from runtime.tables import RowT, Table

log = logging.getLogger(__name__)

_ROUND_MS = 200
_SNAPSHOT_EVERY = 30.0
_RECONNECT_SECONDS = 1.0


class TableReader(Generic[DataT, RowT]):
    """Follows the topic with a consumer of its own, outside any group: each process sees every row."""

    def __init__(
        self, table: Table[DataT, RowT], bootstrap: str, *, namespace: str = "", snapshot: Path | None = None
    ) -> None:
        self.table = table
        self._bootstrap = bootstrap
        self._topic = namespace + table.topic.name
        self._snapshot = snapshot
        self._latest: dict[tuple[int, bytes], bytes] = {}
        self._offsets: dict[int, int] = {}
        metrics.TABLE_AGE.labels(table.topic.name).set_function(lambda: table.age_seconds)

    async def run(self) -> None:
        """Until cancelled: from the snapshot where there is one, then from Kafka, for as long as it takes."""
        self._restore()
        while True:
            try:
                await self._follow()
            except (KafkaError, OSError) as error:
                log.warning("table waits", extra={"action": "table_waits", "topic": self._topic, "why": repr(error)})
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _follow(self) -> None:
        consumer: Any = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, fetch_max_wait_ms=50)
        try:
            await consumer.start()
            await self._assign(consumer)
            saved = time.monotonic()
            while True:
                await self._fetch(consumer)
                if time.monotonic() - saved > _SNAPSHOT_EVERY:
                    saved = time.monotonic()
                    self._save()
        finally:
            await consumer.stop()

    async def _assign(self, consumer: Any) -> None:
        partitions = [TopicPartition(self._topic, p) for p in sorted(await _partitions(consumer, self._topic))]
        consumer.assign(partitions)
        first = await consumer.beginning_offsets(partitions)
        last = await consumer.end_offsets(partitions)
        for partition in partitions:
            offset = self._offsets.get(partition.partition, 0)
            # Past the end: the topic was made anew since the snapshot, and is read from its beginning.
            known = first[partition] <= offset <= last[partition]
            consumer.seek(partition, offset if known else first[partition])

    async def _fetch(self, consumer: Any) -> None:
        """One round; at the end of it the table is current if no partition has anything left."""
        asked_at = time.time()
        ends = await consumer.end_offsets(consumer.assignment())
        for partition, records in (await consumer.getmany(timeout_ms=_ROUND_MS)).items():
            for record in records:
                self.table.take_bytes(record.value)
                if self._snapshot:
                    self._latest[partition.partition, record.key or b""] = record.value or b""
            self._offsets[partition.partition] = records[-1].offset + 1
        if all([await consumer.position(partition) >= end for partition, end in ends.items()]):
            self.table.at_end(asked_at)

    def _restore(self) -> None:
        snapshot = load_snapshot(self._snapshot) if self._snapshot else None
        if snapshot is None:
            return
        for row in snapshot.rows:
            self._latest[row.partition, row.key] = row.value
            self.table.take_bytes(row.value)
        self._offsets = snapshot.offsets
        self.table.at_end(snapshot.at)

    def _save(self) -> None:
        if self._snapshot is None or not self.table.ready:
            return
        rows = [Row.of(partition, key, value) for (partition, key), value in self._latest.items()]
        save_snapshot(self._snapshot, at=time.time() - self.table.age_seconds, offsets=self._offsets, rows=rows)


async def _partitions(consumer: Any, topic: str) -> set[int]:
    """Waits for the topic to be known: right after its creation a broker may not say so yet."""
    while True:
        await consumer._client.force_metadata_update()  # noqa: SLF001 - topics() alone answers from an old view
        if partitions := consumer.partitions_for_topic(topic):
            return set(partitions)
        consumer._client.add_topic(topic)  # noqa: SLF001
        await asyncio.sleep(0.1)
