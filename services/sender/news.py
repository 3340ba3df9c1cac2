"""What the ledger's changes are to the world: the events of texts.dispatched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from runtime.events import Outgoing
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, KnownBy, TextDispatched, TextState
from services.sender.delivery import Delivery
from services.sender.entry import Entry, State
from services.sender.errors import reason_of
from services.sender.evidence import Accepted, DeadlinePassed, Evidence, Receipt, Ruled

_STATES: Final[Mapping[State, TextState]] = MappingProxyType(
    {
        State.ACCEPTED: TextState.ACCEPTED,
        State.FAILED: TextState.FAILED,
        State.UNSURE: TextState.UNSURE,
        State.PARKED: TextState.PARKED,
    }
)
_DELIVERIES: Final[Mapping[Delivery, TextState]] = MappingProxyType(
    {
        Delivery.SENT: TextState.SENT,
        Delivery.DELIVERED: TextState.DELIVERED,
        Delivery.UNDELIVERED: TextState.UNDELIVERED,
        Delivery.FAILED: TextState.FAILED,
    }
)
_LOST: Final = frozenset({Delivery.UNDELIVERED, Delivery.FAILED})


def news(before: Entry, after: Entry, fact: Evidence) -> tuple[TextDispatched, ...]:
    """What others learn of a change: first that Twilio has the text, then how far it got."""
    known_by = _known_by(fact)
    said = []
    if after.state is not before.state and (state := _STATES.get(after.state)):
        said.append(_dispatched(after, state, after.reason or Reason.REFUSED, known_by))
    if after.delivery is not before.delivery and (reached := _DELIVERIES.get(after.delivery or Delivery.QUEUED)):
        reason = reason_of(after.error_code) if after.delivery in _LOST else Reason.ACCEPTED
        said.append(_dispatched(after, reached, reason, known_by))
    return tuple(said)


def outgoing(dispatched: TextDispatched, *, at: datetime, traceparent: str | None) -> Outgoing:
    """One event a text and state, however often and by whomever it is said."""
    return Outgoing.of(
        TEXTS_DISPATCHED.event(
            dispatched,
            source="/sender",
            subject=dispatched.text_id,
            transition=_transition(dispatched),
            key=dispatched.conversation_id,
            time=at,
            traceparent=traceparent,
        )
    )


def _transition(dispatched: TextDispatched) -> str:
    """A text that its sender gave back may become unsure once more: that is another event."""
    again = dispatched.state is TextState.UNSURE and (dispatched.attempts or 1) > 1
    return f"{dispatched.state}-{dispatched.attempts}" if again else dispatched.state


def _known_by(fact: Evidence) -> KnownBy | None:
    match fact:
        case Accepted():
            return KnownBy.ANSWER
        case Receipt(known_by=known_by):
            return known_by
        case DeadlinePassed():
            return KnownBy.DEADLINE
        case Ruled():
            return KnownBy.RULING
        case _:
            return None


def _dispatched(entry: Entry, state: TextState, reason: Reason, known_by: KnownBy | None) -> TextDispatched:
    text = entry.text
    return TextDispatched(
        text_id=text.text_id,
        purpose=text.purpose,
        state=state,
        reason=reason,
        call_sid=text.call_sid,
        business_id=text.business_id,
        account_sid=text.account_sid,
        conversation_id=text.conversation_id,
        person_id=text.person_id,
        sender_id=text.sender_id,
        message_sid=entry.message_sid,
        error_code=entry.error_code,
        known_by=known_by,
        attempts=entry.attempts or None,
        looks=entry.looks or None,
        ruling=entry.ruling if known_by is KnownBy.RULING else None,
        call_ended_at=text.call_ended_at,
    )
