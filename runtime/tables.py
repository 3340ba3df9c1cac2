"""A compacted topic held in memory: the highest version of each key wins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from runtime import metrics
from runtime.events import DataT, Event, Topic

RowT = TypeVar("RowT")

# A reader that does well is known to be at the end once a second or so.
_FRESH_SECONDS = 5.0


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
        self.loaded = asyncio.Event()
        self._rounds = asyncio.Condition()
        self._waiting = 0

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

    @property
    def fresh(self) -> bool:
        """Whether what is not in it does not exist, as far as anybody can know. A clock set back tells nothing."""
        return 0 <= self.age_seconds < _FRESH_SECONDS

    @property
    def waited_for(self) -> bool:
        """Whether somebody wants to know at once how far it is."""
        return self._waiting > 0

    async def holds_all_of(self, at: float, *, within: float = _FRESH_SECONDS) -> None:
        """Waits until everything that stood in the topic at `at` (seconds of the epoch) is in the table.

        Raises TimeoutError: the broker is away, and the caller's work must wait for it.
        """
        self._waiting += 1
        try:
            async with asyncio.timeout(within), self._rounds:
                await self._rounds.wait_for(lambda: self._current_at is not None and self._current_at >= at)
        finally:
            self._waiting -= 1

    def take(self, event: Event[DataT]) -> bool:
        """Whether it was news. Out of order or again: the highest version stays."""
        key, version = event.partitionkey, self._version(event.data)
        if version <= self._versions.get(key, 0):
            return False
        self._versions[key] = version
        row = self._row(event.data)
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row
        self._on_change(key, row)
        return True

    def forget(self) -> None:
        """The topic was made anew: until its end is reached, nothing is known."""
        self._rows.clear()
        self._versions.clear()
        self._current_at = None
        self.loaded.clear()

    def restored(self, at: float) -> None:
        """From a snapshot of that time."""
        self._current_at = at
        self.loaded.set()

    async def at_end(self, at: float) -> None:
        self.restored(at)
        async with self._rounds:
            self._rounds.notify_all()
        metrics.TABLE_ROWS.labels(self.topic.name).set(len(self._rows))
