"""Works at the runs: reads each account's list from now back, and says what no webhook said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from runtime.events import Outgoing
from runtime.publish import Publisher
from services.ingest import metrics
from services.ingest.backfill.heard import Heard
from services.ingest.backfill.listed import calls_among
from services.ingest.backfill.plan import Findings, Planner
from services.ingest.backfill.reading import Reader
from services.ingest.backfill.runs import Run
from services.ingest.backfill.state import Lease, Runs
from services.ingest.backfill.trouble import Away, Closed
from services.ingest.backfill.twilio import CallsList
from services.ingest.backfill.windows import Window, pieces

log = logging.getLogger(__name__)

_ACCOUNTS_AT_ONCE: Final = 4
_RECORDS_AT_ONCE: Final = 200


class LeaseLost(Exception):  # noqa: N818 - it says what is known
    """Another replica works at the runs now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Whatever it is that stops it, a piece is done when it is written down, and done again if it is not."""

    runs: Runs
    lease: Lease
    calls: CallsList
    planner: Planner
    publisher: Publisher
    requests_per_second: float
    clock: Callable[[], datetime]

    async def work(self, runs: list[Run], heard: Heard) -> None:
        """One account that is slow does not hold up all others. Raises LeaseLost."""
        waiting = iter(runs)

        async def hand() -> None:
            for run in waiting:
                await self._one(run, heard)

        async with asyncio.TaskGroup() as hands:
            for _ in range(min(_ACCOUNTS_AT_ONCE, len(runs))):
                hands.create_task(hand())

    async def _one(self, run: Run, heard: Heard) -> None:
        await self.runs.begin(run)
        try:
            await self._read(run, heard)
        except Away as away:
            await self.runs.trouble(run, str(away))
        except Closed as closed:
            facts = {"action": "backfill_refused", "account": run.account_sid, "why": str(closed)}
            log.warning("list of calls not read", extra=facts)
            await self.runs.refuse(run, str(closed))

    async def _read(self, run: Run, heard: Heard) -> None:
        reader = Reader(
            self.calls, run.account_sid, requests_per_second=self.requests_per_second, turn=self._with_the_lease
        )
        for piece in pieces(run.rest):
            findings = await self._findings(run, piece, reader, heard)
            await self._say(findings)
            counts = {"listed": findings.listed, "found": len(findings.found), "waiting": findings.waiting}
            advanced = await self.runs.advance(run, reached=piece.since, **counts)
            if advanced is None:
                return
            run = advanced
        await self.runs.complete(run, now=self.clock())

    async def _findings(self, run: Run, piece: Window, reader: Reader, heard: Heard) -> Findings:
        legs = [leg async for page in reader.legs(piece) for leg in page]
        calls = [call for call in calls_among(legs) if call.leg.started_at in piece]
        ours = self.planner.ours(calls, run.business_id)
        # The whole run's, so that the topic is read once for all pieces; not at all where there was no call.
        told = await heard.since(run.since) if ours else {}
        return self.planner.findings(ours, told, now=self.clock())

    async def _say(self, findings: Findings) -> None:
        """Raises NotPublished."""
        events = [Outgoing.of(event) for event in chain.from_iterable(found.events for found in findings.found)]
        for start in range(0, len(events), _RECORDS_AT_ONCE):
            await self.publisher.publish(events[start : start + _RECORDS_AT_ONCE])
        for found in findings.found:
            log.info("call backfilled", extra={"action": "call_backfilled", "call": found.call_sid})
        metrics.BACKFILL_CALLS.inc(len(findings.found))

    async def _with_the_lease(self) -> None:
        if not await self.lease.held():
            raise LeaseLost
