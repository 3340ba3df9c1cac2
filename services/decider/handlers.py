"""Webhooks and due times in, decisions out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.documents import Change, Documents, Work
from runtime.due import Due
from runtime.events import Event, Outgoing
from runtime.records import Record
from schemas.businesses import BusinessChanged
from schemas.calls import CALLS_DECIDED, CallDecided, CallIngested, Step
from schemas.directory import Directory
from schemas.identity import CallerKind
from services.decider import metrics
from services.decider.facts import fold
from services.decider.rules import POLICY_VERSION, Judgement, Timing, judge, overturns, ripe_at
from services.decider.state import Call


@dataclass(slots=True, kw_only=True)
class Decider:
    """Folds each record into its call, judges it, and says what is ripe."""

    calls: Documents[Call]
    directory: Directory
    timing: Timing
    clock: Callable[[], datetime]

    async def on_records(self, records: Sequence[Record]) -> Sequence[Outgoing]:
        now = self.clock()
        new: dict[str, CallDecided] = {}

        def rule(call: Call, event: Event[CallIngested] | Event[Due]) -> Change[Call]:
            heard = self._heard(call, event, now)
            return settled(heard, cause=event.id, now=now, timing=self.timing, new=new)

        outgoing = await self.calls.decide([_work(record) for record in records], rule, notes=new)
        _count(new, now)
        return outgoing

    def _heard(self, call: Call, event: Event[CallIngested] | Event[Due], now: datetime) -> Call:
        webhook = event.data
        if isinstance(webhook, Due):
            return call
        business = self.directory.businesses.get(webhook.business_id)
        facts = fold(
            call.facts,
            webhook,
            own_number=self._is_own(webhook, business),
            phones=len(business.forward_to) if business else None,
        )
        return call.heard(webhook, facts, event.traceparent, now)

    def _is_own(self, webhook: CallIngested, business: BusinessChanged | None) -> bool:
        """Any connected number, of whichever business, or a phone of this one."""
        phones = business.forward_to if business else ()
        own = (webhook.called, *phones)
        return webhook.caller in own or self.directory.of_number(webhook.caller) is not None


def settled(call: Call, *, cause: str, now: datetime, timing: Timing, new: dict[str, CallDecided]) -> Change[Call]:
    """The call with what is to be said of it now, or when to look again. What is new is noted, under its cause."""
    if call.taken_at is None:
        return Change(state=call)
    judgement = judge(call.facts)
    if call.verdict is not None and not overturns(judgement, call.verdict):
        return Change(state=call)
    ripe = ripe_at(call.facts, judgement, taken_at=call.taken_at, timing=timing)
    if call.verdict is None and ripe is not None and now < ripe:
        return Change(state=call, due_at=ripe)
    decided = _decision(call, judgement, now)
    event = CALLS_DECIDED.event(
        decided,
        source="/decider",
        subject=call.call_sid,
        transition=f"revision-{decided.revision}",
        key=call.conversation_id,
        time=now,
        traceparent=call.traceparent,
    )
    new[cause] = decided
    after = call.model_copy(update={"revision": decided.revision, "verdict": decided.verdict})
    return Change(state=after, says=(Outgoing.of(event),))


def _decision(call: Call, judgement: Judgement, now: datetime) -> CallDecided:
    return CallDecided(
        call_sid=call.call_sid,
        revision=call.revision + 1,
        verdict=judgement.verdict,
        reason=judgement.reason,
        business_id=call.business_id,
        business_version=call.business_version,
        policy_version=POLICY_VERSION,
        account_sid=call.account_sid,
        conversation_id=call.conversation_id,
        person_id=call.person_id,
        caller_kind=call.caller_kind or CallerKind.WITHHELD,
        caller=call.caller,
        called=call.called,
        ended_at=call.facts.ended_at or call.heard_at or now,
        facts=call.facts,
    )


def _work(record: Record) -> Work[Event[Any]]:
    """Twilio asks what to do with a call before it tells anything else of it."""
    data, event = record.event.data, record.event
    document = data.document if isinstance(data, Due) else data.call_sid
    opens = isinstance(data, CallIngested) and data.step is Step.VOICE
    return Work(document=document, cause_id=event.id, key=event.partitionkey, cause=event, opens=opens)


def _count(new: dict[str, CallDecided], now: datetime) -> None:
    for labels, count in Counter((decided.verdict, decided.reason) for decided in new.values()).items():
        metrics.DECIDED.labels(*labels).inc(count)
    for decided in new.values():
        metrics.DECISION_SECONDS.observe(max(0.0, (now - decided.ended_at).total_seconds()))
        if decided.revision > 1:
            metrics.REVISED.inc()
