"""What somebody asks for elsewhere than by text: not to be texted by the business."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.samples.parties import BUSINESS_ID, Caller
from runtime.events import Outgoing
from schemas.consents import CONSENTS_REQUESTED, ConsentRequested, Evidence, Scope, ScopeKind, Source, Wish


def opt_out(caller: Caller) -> Outgoing:
    now = datetime.now(UTC)
    evidence = Evidence(source=Source.OPERATOR, reference="bench", heard_at=now)
    scope = Scope(kind=ScopeKind.BUSINESS, name=BUSINESS_ID)
    request = ConsentRequested(number=caller.number, scope=scope, wish=Wish.OPTED_OUT, evidence=evidence)
    event = CONSENTS_REQUESTED.event(
        request, source="/bench", subject=caller.person_id, transition="1", key=caller.person_id, time=now
    )
    return Outgoing.of(event)
