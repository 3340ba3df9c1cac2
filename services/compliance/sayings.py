"""How what was decided becomes an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from runtime.events import Event
from schemas.calls import CallDecided
from schemas.consents import CONSENTS_CHANGED, ConsentChanged, consent_key
from schemas.texts import TEXTS_SCREENED, Purpose, TextScreened, text_id_of
from services.compliance.rules import Case, Outcome
from services.compliance.state import StandingWish

_SOURCE = "/compliance"


def consent_changed(person_id: str, wish: StandingWish, *, cause: Event[Any], now: datetime) -> Event[ConsentChanged]:
    key = consent_key(person_id, wish.scope)
    return CONSENTS_CHANGED.event(
        ConsentChanged(person_id=person_id, **dict(wish)),
        source=_SOURCE,
        subject=key,
        transition=str(wish.version),
        key=key,
        time=now,
        traceparent=cause.traceparent,
    )


def text_screened(case: Case, outcome: Outcome, *, cause: Event[CallDecided]) -> Event[TextScreened]:
    """Two outcomes of one call, as permitted and then cancelled, are two events about one text."""
    text = _screened(case, outcome)
    return TEXTS_SCREENED.event(
        text,
        source=_SOURCE,
        subject=text.text_id,
        transition=f"{text.screening}:{case.call.revision}",
        key=text.conversation_id,
        time=case.now,
        traceparent=cause.traceparent,
    )


def _screened(case: Case, outcome: Outcome) -> TextScreened:
    call = case.call
    return TextScreened(
        text_id=text_id_of(call.call_sid, Purpose.MISSED_CALL),
        purpose=Purpose.MISSED_CALL,
        screening=outcome.screening,
        reason=outcome.reason,
        call_sid=call.call_sid,
        business_id=call.business_id,
        business_version=case.business.version if case.business else call.business_version,
        account_sid=call.account_sid,
        conversation_id=call.conversation_id,
        person_id=call.person_id,
        sender=call.called,
        sender_id=case.sender_id,
        recipient=call.caller,
        words=outcome.words,
        call_ended_at=call.ended_at,
        expires_at=case.expires_at,
    )
