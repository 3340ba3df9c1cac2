"""Publishes what the ledger says: at once what was just written, and after a while what somebody left unpublished."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from runtime.errors import is_transient
from runtime.publish import Publisher
from services.sender.bell import Bell
from services.sender.rows import Saying
from services.sender.state import Ledger

log = logging.getLogger(__name__)

_AT_ONCE: Final = 500
# Younger than this, it is still in the hands of whoever wrote it.
_LEFT_BEHIND: Final = timedelta(seconds=5)
_SWEEP_SECONDS: Final = 2.0
_MARK_SECONDS: Final = 0.5
# To stop in. What is not out by then stands in the ledger, and the next sweep of anybody's has it.
_END_SECONDS: Final = 3.0


class Outbox:
    """A record that is published twice is the same bytes under the same event id."""

    def __init__(self, ledger: Ledger, publisher: Publisher, *, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._publisher = publisher
        self._clock = clock
        self._waiting: list[Saying] = []
        self._bell = Bell()
        self._done: list[Saying] = []
        self._marked = self._swept = 0.0
        self._working: asyncio.Future[None]

    def hand_over(self, sayings: Sequence[Saying]) -> None:
        """They stand in the ledger: should this process die now, another publishes them."""
        if sayings:
            self._waiting += sayings
            self._bell.ring()

    async def run(self) -> None:
        """Until cancelled; then what is in hand still goes out."""
        try:
            while True:
                # Shielded: a publication that is cut off would leave its records to the next process.
                self._working = asyncio.ensure_future(self._work())
                await asyncio.shield(self._working)
                await self._bell.heard(within=_MARK_SECONDS if self._done else _SWEEP_SECONDS)
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await asyncio.wait([self._working])
                    await self._publish_waiting()
                    await self._mark()
            raise

    async def _work(self) -> None:
        await self._publish_waiting()
        if time.monotonic() - self._marked >= _MARK_SECONDS:
            await self._mark()
        await self._sweep()

    async def _publish_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            await self._publish(batch)

    async def _sweep(self) -> None:
        if time.monotonic() - self._swept < _SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        await self._publish(await self._ledger.unpublished(before=self._clock() - _LEFT_BEHIND, limit=_AT_ONCE))

    async def _publish(self, sayings: Sequence[Saying]) -> None:
        """What fails here is found again by a sweep."""
        with _waiting():
            await self._publisher.publish([saying.record for saying in sayings])
            self._done += sayings

    async def _mark(self) -> None:
        """Many at once: until then, a sweep after a crash would publish the same bytes again."""
        done, self._done, self._marked = self._done, [], time.monotonic()
        with _waiting():
            await self._ledger.published(done)


@contextmanager
def _waiting() -> Iterator[None]:
    """What fails because a store or broker is away is found again by a sweep."""
    try:
        yield
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("publishing waits", extra={"action": "outbox_waits", "why": type(error).__name__})
