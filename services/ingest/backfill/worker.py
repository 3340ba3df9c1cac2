"""Works at the runs: reads each account's list from now back, and says what no webhook said."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from runtime.events import Outgoing
from runtime.publish import Publisher
from services.ingest import metrics
from services.ingest.backfill.heard import Heard
from services.ingest.backfill.listed import ListedCall, calls_among
from services.ingest.backfill.pacing import Paces
from services.ingest.backfill.plan import Findings, Planner
from services.ingest.backfill.reading import Reader
from services.ingest.backfill.runs import Run
from services.ingest.backfill.state import Lease, Runs
from services.ingest.backfill.trouble import Away, Closed
from services.ingest.backfill.twilio import CallsList
from services.ingest.backfill.windows import Window, pieces

log = logging.getLogger(__name__)

# Planned at once, without holding up webhooks for more than some milliseconds.
_CALLS_AT_ONCE: Final = 50


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
    paces: Paces
    clock: Callable[[], datetime]
    planning: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def work(self, run: Run, heard: Heard) -> None:
        """Until it is over, or its account may be asked again. Several runs may be worked at. Raises LeaseLost."""
        await self.runs.begin(run)
        try:
            await self._read(run, heard)
        except Away as away:
            await self.runs.trouble(run, str(away))
            await self.paces.of(run.account_sid).rested()
        except Closed as closed:
            facts = {"action": "backfill_refused", "account": run.account_sid, "why": str(closed)}
            log.warning("list of calls not read", extra=facts)
            await self.runs.refuse(run, str(closed))

    async def _read(self, run: Run, heard: Heard) -> None:
        pace = self.paces.of(run.account_sid)
        reader = Reader(self.calls, run.account_sid, pace=pace, allowed=self._with_the_lease)
        for piece in pieces(run.rest):
            counts = await self._done(run, piece, reader, heard)
            advanced = await self.runs.advance(run, reached=piece.since, **counts)
            if advanced is None:
                return
            run = advanced
        await self.runs.complete(run, now=self.clock())

    async def _done(self, run: Run, piece: Window, reader: Reader, heard: Heard) -> Counter[str]:
        """A few calls at a time, and webhooks in between. Raises NotPublished."""
        legs = [leg async for page in reader.legs(piece) for leg in page]
        calls = [call for call in calls_among(legs) if call.leg.started_at in piece]
        counts = Counter(listed=0, found=0, waiting=0)
        for start in range(0, len(calls), _CALLS_AT_ONCE):
            findings, records = await self._planned(run, calls[start : start + _CALLS_AT_ONCE], heard)
            await self.publisher.publish(records)
            _tell(findings)
            counts.update(listed=findings.listed, found=len(findings.found), waiting=findings.waiting)
        return counts

    async def _planned(self, run: Run, calls: Sequence[ListedCall], heard: Heard) -> tuple[Findings, list[Outgoing]]:
        ours = self.planner.ours(calls, run.business_id)
        # The whole run's, so that the topic is read once for all pieces; not at all where there was no call.
        told = await heard.since(run.since) if ours else {}
        async with self.planning:  # by one run at a time, or those of all accounts would be one long slice
            await asyncio.sleep(0)
            findings = self.planner.findings(ours, told, now=self.clock())
            return findings, [Outgoing.of(event) for found in findings.found for event in found.events]

    async def _with_the_lease(self) -> None:
        if not await self.lease.held():
            raise LeaseLost


def _tell(findings: Findings) -> None:
    for found in findings.found:
        log.info("call backfilled", extra={"action": "call_backfilled", "call": found.call_sid})
    metrics.BACKFILL_CALLS.inc(len(findings.found))
