"""The backfill's loop: one replica at a time, what was asked for and what is due, and never in the way of webhooks.

Each run is a task of its own: an account that Twilio keeps waiting holds up no pass of another's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from runtime.tasks import Step, uncancelled
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
    """`rhythm` is None where only what was asked for is done. `at_work`: by their ids, the runs that are under way."""

    runs: Runs
    lease: Lease
    worker: Worker
    rhythm: Rhythm | None
    accounts: Callable[[], set[str]]
    heard: Callable[[], Heard]
    clock: Callable[[], datetime]
    at_work: set[str] = field(default_factory=set, init=False)

    async def run(self) -> None:
        """Until cancelled. Whatever happens here, the phone is answered: nothing of it ends the process."""
        try:
            async with asyncio.TaskGroup() as hands:
                while True:
                    await self._safely(partial(self.round, hands))
                    await asyncio.sleep(_LOOK_SECONDS)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(_RELEASE_SECONDS):
                    await self.lease.release()

    async def round(self, hands: asyncio.TaskGroup) -> None:
        """What is due and not under way is begun, if it is ours to do. What was heard is read once for all of it."""
        if await self.lease.held():
            await self._schedule()
            under_way, heard = self.at_work.copy(), self.heard()
            for run in await self.runs.open():
                if run.run_id not in under_way:
                    self.at_work.add(run.run_id)
                    hands.create_task(self._work(run, heard))
        await self._measure()

    async def _work(self, run: Run, heard: Heard) -> None:
        """It comes again for as long as it is open."""
        try:
            await self._safely(partial(self.worker.work, run, heard))
        finally:
            self.at_work.remove(run.run_id)

    async def _safely(self, step: Step) -> None:
        """After trouble it lasts a while longer, so that nothing is tried again in a rush."""
        try:
            await uncancelled(step)
        except Exception as error:  # noqa: BLE001 - MongoDB, Kafka, Twilio, a mistake of ours: ingest goes on
            log.warning("backfill waits", extra={"action": "backfill_waits", "why": type(error).__name__})
            await asyncio.sleep(_AFTER_TROUBLE_SECONDS)

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
