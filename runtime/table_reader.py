"""Keeps a table at the end of its topic, with a consumer of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from runtime import metrics
from runtime.events import DataT
from runtime.partitions import partitions_of
from runtime.snapshots import Row, load_snapshot, save_snapshot
from runtime.tables import RowT, Table

log = logging.getLogger(__name__)

_ROUND_MS = 250
# How long the broker holds a question; it answers at once when there is a row.
_FETCH_WAIT_MS = 200
# Between two questions where the topic ends, where nobody waits for the answer. Only a leader that knows it gives it:
# the mark that comes with the rows may be that of a follower, or of a leader that has yet to find out.
_ASK_EVERY_SECONDS = 1.0
_SNAPSHOT_EVERY = 30.0
_RECONNECT_SECONDS = 1.0
_REQUEST_MS = 10_000


@dataclass(frozen=True, slots=True)
class _Ends:
    """Behind the last record of each partition. `asked_at`: seconds of the epoch; `again_at`: monotonic."""

    asked_at: float
    again_at: float
    offsets: Mapping[TopicPartition, int]

    @property
    def are_old(self) -> bool:
        return time.monotonic() > self.again_at


async def _ends_of(consumer: Any) -> _Ends:
    asked_at, again_at = time.time(), time.monotonic() + _ASK_EVERY_SECONDS
    return _Ends(asked_at, again_at, await consumer.end_offsets(consumer.assignment()))


async def _asked_anew(consumer: Any, before: _Ends) -> _Ends:
    """Raises KafkaError where an end lies before what was read, or was there: it is of a topic that was made anew."""
    known = {p: max(end, await consumer.position(p)) for p, end in before.offsets.items()}
    ends = await _ends_of(consumer)
    if any(ends.offsets[partition] < end for partition, end in known.items()):
        raise KafkaError("the topic ends before what was known of it")
    return ends


async def _reached(consumer: Any, ends: _Ends) -> bool:
    return all([await consumer.position(partition) >= end for partition, end in ends.offsets.items()])


class TableReader(Generic[DataT, RowT]):
    """Follows the topic with a consumer of its own, outside any group: each process sees every row."""

    def __init__(
        self, table: Table[DataT, RowT], bootstrap: str, *, namespace: str = "", snapshot: Path | None = None
    ) -> None:
        self.table = table
        self._bootstrap = bootstrap
        self._topic = namespace + table.topic.name
        self._snapshot = snapshot
        self._saved_at: float | None = None
        self._rows: dict[tuple[int, bytes, bool], bytes] = {}
        self._offsets: dict[int, int] = {}
        metrics.TABLE_AGE.labels(table.topic.name).set_function(lambda: table.age_seconds)

    async def run(self) -> None:
        """Until cancelled: from the snapshot where there is one, then from Kafka, for as long as it takes."""
        self._restore()
        while True:
            try:
                await self._follow()
            except (KafkaError, OSError) as error:
                why = {"action": "table_waits", "topic": self._topic, "why": type(error).__name__}
                log.warning("table waits", extra=why)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _follow(self) -> None:
        # No reset policy: where the topic was made anew, a jump to its end would miss rows; the error starts over.
        consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            request_timeout_ms=_REQUEST_MS,
            auto_offset_reset="none",
        )
        try:
            await consumer.start()
            ends = await self._assign(consumer)
            while True:
                ends = await self._look(consumer, ends)
                await self._fetch(consumer)
                await self._save()
        finally:
            await consumer.stop()

    async def _assign(self, consumer: Any) -> _Ends:
        partitions = await partitions_of(consumer, self._topic)
        consumer.assign(partitions)
        first = await consumer.beginning_offsets(partitions)
        ends = await _ends_of(consumer)
        if not all(first[p] <= self._offsets.get(p.partition, first[p]) <= ends.offsets[p] for p in partitions):
            self._start_over()
        for partition in partitions:
            consumer.seek(partition, self._offsets.get(partition.partition, first[partition]))
        return ends

    async def _look(self, consumer: Any, ends: _Ends) -> _Ends:
        """Tells the table how far it is; returns the ends that are to be reached next."""
        while await _reached(consumer, ends):
            await self.table.at_end(ends.asked_at)
            if not self.table.waited_for and not ends.are_old:
                return ends
            ends = await _asked_anew(consumer, ends)
        if ends.are_old:  # first things first, or in a busy topic none might ever be reached
            ends = replace(ends, again_at=(await _asked_anew(consumer, ends)).again_at)
        return ends

    def _start_over(self) -> None:
        """The topic was made anew since it was last read: what it held before says nothing any more."""
        log.warning("table starts over", extra={"action": "table_starts_over", "topic": self._topic})
        self._rows.clear()
        self._offsets.clear()
        self.table.forget()

    async def _fetch(self, consumer: Any) -> None:
        for partition, records in (await consumer.getmany(timeout_ms=_ROUND_MS)).items():
            for record in records:
                self._take(partition.partition, record.key or b"", record.value or b"")
            self._offsets[partition.partition] = records[-1].offset + 1

    def _take(self, partition: int, key: bytes, value: bytes) -> None:
        """A record that cannot be read is passed over: the last good version of its key stays."""
        try:
            readable, news = True, self.table.take(self.table.topic.parse(value))
        except ValueError:
            readable, news = False, True
            log.exception("row passed over", extra={"action": "row_rejected", "topic": self._topic})
            metrics.DEAD_LETTERS.labels(self.table.topic.name).inc()
        if news and self._snapshot:
            self._rows[partition, key, readable] = value

    def _restore(self) -> None:
        snapshot = load_snapshot(self._snapshot) if self._snapshot else None
        if snapshot is None:
            return
        for row in snapshot.rows:
            self._take(row.partition, row.key, row.value)
        self._offsets = dict(snapshot.offsets)
        self.table.restored(snapshot.at)

    async def _save(self) -> None:
        """At the first chance and then now and again. Written in a thread: a large table must not hold up the rest."""
        due = self._saved_at is None or time.monotonic() - self._saved_at > _SNAPSHOT_EVERY
        if self._snapshot is None or not self.table.ready or not due:
            return
        self._saved_at = time.monotonic()
        rows = [Row.of(partition, key, value) for (partition, key, _), value in self._rows.items()]
        at = time.time() - self.table.age_seconds
        try:
            await asyncio.to_thread(save_snapshot, self._snapshot, at=at, offsets=dict(self._offsets), rows=rows)
        except OSError as error:
            log.warning("snapshot not written", extra={"action": "snapshot_failed", "why": type(error).__name__})
