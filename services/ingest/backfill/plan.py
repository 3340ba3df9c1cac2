"""From what Twilio lists to the events that its webhooks would have become. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from runtime.events import Event
from schemas.businesses import BusinessChanged
from schemas.calls import CallIngested, Origin, Step
from schemas.directory import Directory
from schemas.identity import Identities
from services.ingest.backfill.listed import Leg, ListedCall
from services.ingest.backfill.rules import Missing, Patience, is_ripe, missing, owner
from services.ingest.backfill.said import said_at_first, said_at_the_end
from services.ingest.backfill.told import Told
from services.ingest.calls import call_ingested
from services.ingest.urls import issued
from services.ingest.webhook import Webhook

OwnCall = tuple[ListedCall, BusinessChanged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is to be said of one call."""

    call_sid: str
    events: Sequence[Event[CallIngested]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Of a stretch of the list. `listed`: calls that are ours; `waiting`: lacking something, and too recent."""

    listed: int
    waiting: int
    found: Sequence[Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Whose calls they are, and how long to wait before something counts as missing."""

    directory: Directory
    identities: Identities
    patience: Patience

    def ours(self, calls: Sequence[ListedCall], business_id: str | None) -> Sequence[OwnCall]:
        """Of all businesses, or of this one."""
        owned = ((call, owner(call, self.directory)) for call in calls)
        return [(call, of) for call, of in owned if of is not None and business_id in (None, of.business_id)]

    def findings(self, ours: Sequence[OwnCall], told: Mapping[str, Told], *, now: datetime) -> Findings:
        waiting, found = 0, list[Found]()
        for call, business in ours:
            heard = told.get(call.leg.sid, Told())
            then = business.model_copy(update={"mode": heard.mode or business.mode})
            lacking = missing(call, heard, then.mode)
            if lacking and is_ripe(call, lacking, then.mode, now=now, patience=self.patience):
                found.append(Found(call_sid=call.leg.sid, events=self._events(call, lacking, then, now)))
            elif lacking:
                waiting += 1
        return Findings(listed=len(ours), waiting=waiting, found=found)

    def _events(
        self, call: ListedCall, lacking: Sequence[Missing], business: BusinessChanged, now: datetime
    ) -> Sequence[Event[CallIngested]]:
        say = partial(call_ingested, business=business, identities=self.identities, now=now, origin=Origin.BACKFILL)
        first = Webhook(said=said_at_first(call.leg), query={})
        voice = say(Step.VOICE, first, phones_rung=len(call.children))
        return [
            voice if one.step is Step.VOICE else say(Step.CALL_STATUS, self._ended(one.leg, voice.data))
            for one in lacking
        ]

    def _ended(self, leg: Leg, call: CallIngested) -> Webhook:
        """A child's form does not say whose call it belongs to: our URL would have."""
        query = issued(call, self.identities) if leg.parent_sid else {}
        return Webhook(said=said_at_the_end(leg), query={name.value: value for name, value in query.items()})
