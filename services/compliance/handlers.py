"""A batch: first what people said, then whether those who called may be texted."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.events import Event, Outgoing
from runtime.records import Record
from schemas.calls import CallDecided
from schemas.messages import MessageIngested
from schemas.texts import TextDispatched
from services.compliance.hearing import Hearing
from services.compliance.screening import Screener


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """Judges the person.

    The two writes need no transaction. A crash between them leaves the wishes stored together with their words, and
    the calls untouched: the batch comes again, the persons find their words and change nothing, and the calls are
    screened against wishes that hold already. The other way round, a text could be permitted whose STOP stood in the
    same batch.
    """

    hearing: Hearing
    screener: Screener
    clock: Callable[[], datetime]

    async def on_records(self, records: Sequence[Record]) -> Sequence[Outgoing]:
        events = [record.event for record in records]
        await self._know_the_businesses(events)
        now = self.clock()
        consents = await self.hearing.take(events, now)
        callers = {e.data.person_id for e in events if isinstance(e.data, CallDecided) and e.data.person_id}
        persons = await self.hearing.persons.states(callers)
        texts = await self.screener.take(in_turn(events), persons, now)
        return [*consents, *texts]

    async def _know_the_businesses(self, events: Sequence[Event[Any]]) -> None:
        """Somebody upstream knew a newer version: ours is waited for, or a new business would be blocked as unknown."""
        calls = [event.data for event in events if isinstance(event.data, CallDecided)]
        if any(self.screener.is_behind(call) for call in calls):
            await self.screener.businesses.holds_all_of(time.time())


def in_turn(events: Sequence[Event[Any]]) -> list[Event[Any]]:
    """What concerns conversations, calls last: no order holds across topics, so doubt goes against the text."""
    concerned = [e for e in events if isinstance(e.data, CallDecided | MessageIngested | TextDispatched)]
    return sorted(concerned, key=lambda event: isinstance(event.data, CallDecided))
