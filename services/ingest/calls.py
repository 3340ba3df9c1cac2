"""A voice webhook made a fact: which call, which leg, and all that was said of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from runtime.events import Event
from schemas.businesses import BusinessChanged
from schemas.callbacks import Issued
from schemas.calls import CALLS_INGESTED, CallIngested, Origin, Step
from schemas.identity import Identities
from services.ingest.parties import of_caller, of_child
from services.ingest.traces import traceparent
from services.ingest.webhook import Webhook

# What tells two facts about one leg at one step apart; a webhook that comes again says the same in all of them.
_DISTINCT: Final = ("SequenceNumber", "CallStatus", "DialCallStatus", "DialCallSid")


def is_outbound(webhook: Webhook) -> bool:
    """A call that the account itself made. A leg of our own Dial is outbound too, but then the query says whose."""
    return Issued.BUSINESS not in webhook.query and webhook.said.get("Direction", "").startswith("outbound")


def call_ingested(
    step: Step,
    webhook: Webhook,
    business: BusinessChanged,
    *,
    identities: Identities,
    now: datetime,
    origin: Origin = Origin.WEBHOOK,
    phones_rung: int | None = None,
) -> Event[CallIngested]:
    """Raises Refused where the webhook lacks what it must have. Said twice, it is the same event, of either origin."""
    leg_sid, call_sid = webhook.sid("CallSid"), _call_sid(webhook)
    parties = (of_caller if leg_sid == call_sid else of_child)(webhook, business, identities)
    fact = CallIngested(
        call_sid=call_sid,
        leg_sid=leg_sid,
        step=step,
        origin=origin,
        account_sid=webhook.account_sid,
        business_id=business.business_id,
        business_version=business.version,
        mode=business.mode,
        conversation_id=parties.conversation_id,
        person_id=parties.person_id,
        caller_kind=parties.kind,
        caller=parties.caller,
        called=parties.called,
        received_at=now,
        said=webhook.said,
        phones_rung=phones_rung,
    )
    return _event(fact)


def _event(fact: CallIngested) -> Event[CallIngested]:
    told_apart = ".".join(fact.said.get(name, "") for name in _DISTINCT)
    transition = f"{fact.leg_sid}.{fact.step}.{told_apart}"
    return CALLS_INGESTED.event(
        fact,
        source="/ingest",
        subject=fact.call_sid,
        transition=transition,
        key=fact.conversation_id,
        time=fact.received_at,
        traceparent=traceparent(fact.call_sid, transition),
    )


def _call_sid(webhook: Webhook) -> str:
    """What the caller made: a child leg's webhook belongs to its parent."""
    if Issued.CALL in webhook.query:
        return webhook.issued(Issued.CALL)
    return webhook.sid("ParentCallSid" if webhook.said.get("ParentCallSid") else "CallSid")
