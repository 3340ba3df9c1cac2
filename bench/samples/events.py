"""What each stage is given, made by the rules of the stage before it: so it is what it would be in earnest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from bench.samples.forms import webhooks
from bench.samples.parties import IDENTITIES, NUMBER, Caller, business
from runtime.events import Event, Outgoing
from schemas.calls import CallDecided, CallIngested
from schemas.texts import TextScreened
from services.compliance.rules import Case, Policy, screen
from services.compliance.sayings import text_screened
from services.compliance.state import Conversation, Person
from services.decider.facts import fold
from services.decider.handlers import settled
from services.decider.rules import Timing
from services.decider.state import Call
from services.ingest.calls import call_ingested
from services.ingest.webhook import Webhook

_TIMING: Final = Timing(
    grace=timedelta(seconds=10), forwarded_call=timedelta(seconds=60), longest_call=timedelta(hours=4)
)
_POLICY: Final = Policy(valid_for=timedelta(minutes=30), unreachable_for=timedelta(days=90))


def ingested(caller: Caller) -> Event[CallIngested]:
    """The webhook that settles the call: one record in, one decision out."""
    now = datetime.now(UTC)
    letter = webhooks(caller)[1]
    webhook = Webhook(said=letter.said, query=letter.query)
    return call_ingested(letter.step, webhook, business(now), identities=IDENTITIES, now=now)


def decided(caller: Caller) -> tuple[Event[CallDecided], Outgoing]:
    """The decision, and the record that it is."""
    now = datetime.now(UTC)
    cause = ingested(caller)
    facts = fold(Call().facts, cause.data, own_number=False, phones=1)
    call = Call().heard(cause.data, facts, cause.traceparent, now)
    (record,) = settled(call, cause=cause.id, now=now, timing=_TIMING, new={}).says
    return Event[CallDecided].model_validate_json(record.value), record


def screened(caller: Caller) -> Event[TextScreened]:
    """The permission to text the caller."""
    cause, _ = decided(caller)
    case = Case(
        call=cause.data,
        business=business(datetime.now(UTC)),
        person=Person(),
        conversation=Conversation(),
        sender_id=IDENTITIES.number(NUMBER),
        policy=_POLICY,
        now=datetime.now(UTC),
    )
    outcome = screen(case)
    if outcome is None:
        raise RuntimeError("the bench's own call is worth no text: see the rules of compliance")
    return text_screened(case, outcome, cause=cause)
