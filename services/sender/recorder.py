"""Writes down what came of each POST: whatever comes in during one write goes into the next, together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.sender.bell import Bell
from services.sender.changes import Happening
from services.sender.outbox import Outbox
from services.sender.state import Ledger

_AT_ONCE: Final = 500
_LOOK_SECONDS: Final = 1.0


class Recorder:
    """What is known of a POST is kept in hand until the ledger has it, however long the store is away."""

    def __init__(self, ledger: Ledger, outbox: Outbox, *, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._clock = clock
        self._waiting: list[tuple[Happening, asyncio.Future[None]]] = []
        self._bell = Bell()

    async def record(self, happening: Happening) -> None:
        """Returns when it stands in the ledger."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((happening, written))
        self._bell.ring()
        await written

    async def run(self) -> None:
        """Until cancelled. After a failure of the store it begins with what it had in hand."""
        while True:
            while self._waiting:
                await self._write()
            await self._bell.heard(within=_LOOK_SECONDS)

    async def _write(self) -> None:
        batch = self._waiting[:_AT_ONCE]
        self._outbox.hand_over(await self._ledger.apply([h for h, _ in batch], now=self._clock()))
        del self._waiting[: len(batch)]
        for _, written in batch:
            if not written.done():
                written.set_result(None)
