"""Writes down what came of each POST: whatever comes in during one write goes into the next, together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.sender.bell import Bell
from services.sender.changes import Happening, Held
from services.sender.outbox import Outbox
from services.sender.state import Ledger

_AT_ONCE: Final = 500
_LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    happening: Happening
    known: Held | None
    written: asyncio.Future[None]


class Recorder:
    """What is known of a POST is kept in hand until the ledger has it, however long the store is away."""

    def __init__(self, ledger: Ledger, outbox: Outbox, *, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._clock = clock
        self._waiting: list[_Report] = []
        self._bell = Bell()

    async def record(self, happening: Happening, *, known: Held | None = None) -> None:
        """Returns when it stands in the ledger. `known`: its text, as it was claimed."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append(_Report(happening=happening, known=known, written=written))
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
        known = {report.known.text_id: report.known for report in batch if report.known}
        happenings = [report.happening for report in batch]
        self._outbox.hand_over(await self._ledger.apply(happenings, now=self._clock(), known=known))
        del self._waiting[: len(batch)]
        for report in batch:
            if not report.written.done():
                report.written.set_result(None)
