"""The backfill's loop: one replica at a time, what was asked for and what is due, and never in the way of webhooks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.ingest import metrics
from services.ingest.backfill.heard import Heard
from services.ingest.backfill.runs import Rhythm, Run, next_scheduled, scheduled_id
from services.ingest.backfill.state import Lease, Runs
from services.ingest.backfill.worker import Worker

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0
_AFTER_TROUBLE_SECONDS: Final = 5.0
_RELEASE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """`rhythm` is None where only what was asked for is done."""

    runs: Runs
    lease: Lease
    worker: Worker
    rhythm: Rhythm | None
    accounts: Callable[[], set[str]]
    heard: Callable[[], Heard]
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Until cancelled. Whatever happens here, the phone is answered: nothing of it ends the process."""
        try:
            while True:
                well = await self._safely()
                await asyncio.sleep(_LOOK_SECONDS if well else _AFTER_TROUBLE_SECONDS)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(_RELEASE_SECONDS):
                    await self.lease.release()

    async def round(self) -> None:
        """What is due, once, if it is ours to do."""
        if await self.lease.held():
            await self._schedule()
            if runs := list(await self.runs.open()):
                await self.worker.work(runs, self.heard())
        await self._measure()

    async def _safely(self) -> bool:
        try:
            await self.round()
        except Exception as error:  # noqa: BLE001 - MongoDB, Kafka, Twilio, a mistake of ours: ingest goes on
            why = {type(one).__name__ for one in _single(error)}
            log.warning("backfill waits", extra={"action": "backfill_waits", "why": ", ".join(sorted(why))})
            return False
        return True

    async def _schedule(self) -> None:
        if self.rhythm is None:
            return
        now, last = self.clock(), await self._scheduled()
        for account_sid in self.accounts():
            if run := next_scheduled(last.get(account_sid), account_sid, now=now, rhythm=self.rhythm):
                await self.runs.prepare()
                await self.runs.put(run, now=now)

    async def _measure(self) -> None:
        """By every replica, from what is written down: of the account that is furthest behind."""
        read = [run.read_until for run in (await self._scheduled()).values() if run.read_until]
        if read:
            metrics.BACKFILL_READ_UNTIL.set(min(read).timestamp())

    async def _scheduled(self) -> dict[str, Run]:
        """By account."""
        found = await self.runs.of([scheduled_id(account_sid) for account_sid in self.accounts()])
        return {run.account_sid: run for run in found.values()}


def _single(error: BaseException) -> list[BaseException]:
    """Those of a group, each by itself."""
    if isinstance(error, BaseExceptionGroup):
        return [single for part in error.exceptions for single in _single(part)]
    return [error]
