"""Looks after texts that nobody looks after: their sender died, or time ran out for them or for what is unsure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from services.sender import metrics
from services.sender.changes import Happening
from services.sender.evidence import DeadlinePassed, LeaseLost, Overdue
from services.sender.outbox import Outbox
from services.sender.state import Ledger

_EVERY_SECONDS: Final = 1.0
_AT_ONCE: Final = 500
# Times the patience: as long as that, Twilio was asked in vain, or there was nobody to ask.
_GIVEN_UP_AFTER: Final = 7


class Caretaker:
    """Any number of replicas may look: revisions let one of them act. `patience`: with what is unsure."""

    def __init__(self, ledger: Ledger, outbox: Outbox, *, patience: timedelta, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._patience = patience
        self._outbox = outbox
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._care()
            await self._measure()
            await asyncio.sleep(_EVERY_SECONDS)

    async def _care(self) -> None:
        """Each text is told all of it: its state knows what is about it."""
        now = self._clock()
        deadline = DeadlinePassed(claimed_by=now - self._patience, given_up_by=now - _GIVEN_UP_AFTER * self._patience)
        ids = await self._ledger.neglected(deadline, now=now, limit=_AT_ONCE)
        facts = (LeaseLost(at=now), Overdue(at=now), deadline)
        happenings = [Happening(text_id=text_id, evidence=fact) for text_id in ids for fact in facts]
        self._outbox.hand_over(await self._ledger.apply(happenings, now=now))

    async def _measure(self) -> None:
        counts, oldest = await self._ledger.standing()
        for state, count in counts.items():
            metrics.STANDING.labels(state).set(count)
        metrics.OLDEST_INTENT.set((self._clock() - oldest).total_seconds() if oldest else 0)
