"""A compacted topic held in memory: the highest version of each key wins."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from runtime import metrics
from runtime.events import DataT, Event, Topic

log = logging.getLogger(__name__)

RowT = TypeVar("RowT")


class Table(Generic[DataT, RowT]):
    """`row` makes of an event what is kept of it, or None for what need not be; `version` says which is newer."""

    def __init__(
        self,
        topic: Topic[DataT],
        *,
        row: Callable[[DataT], RowT | None],
        version: Callable[[DataT], int],
        on_change: Callable[[str, RowT | None], None] = lambda _key, _row: None,
    ) -> None:
        self.topic = topic
        self._row = row
        self._version = version
        self._on_change = on_change
        self._rows: dict[str, RowT] = {}
        self._versions: dict[str, int] = {}
        self._current_at: float | None = None

    def get(self, key: str) -> RowT | None:
        return self._rows.get(key)

    def __getitem__(self, key: str) -> RowT:
        return self._rows[key]

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def ready(self) -> bool:
        """Whether it was ever at its topic's end, in this process or in the one that wrote the snapshot."""
        return self._current_at is not None

    @property
    def age_seconds(self) -> float:
        """Since it was last known to be at its topic's end; infinite where it never was."""
        return time.time() - self._current_at if self._current_at is not None else float("inf")

    def take(self, event: Event[DataT]) -> None:
        """Out of order or again: the highest version stays."""
        key, version = event.partitionkey, self._version(event.data)
        if version <= self._versions.get(key, 0):
            return
        self._versions[key] = version
        row = self._row(event.data)
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row
        self._on_change(key, row)

    def take_bytes(self, value: bytes | None) -> None:
        """A record that cannot be read is passed over: the last good version of its key stays."""
        try:
            self.take(self.topic.parse(value or b""))
        except ValueError:
            log.exception("row passed over", extra={"action": "row_rejected", "topic": self.topic.name})
            metrics.DEAD_LETTERS.labels(self.topic.name).inc()

    def at_end(self, at: float) -> None:
        self._current_at = at
        metrics.TABLE_ROWS.labels(self.topic.name).set(len(self._rows))
