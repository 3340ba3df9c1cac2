"""Folds webhooks into CallFacts. Commutative and idempotent: order, repeats and gaps cannot matter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

from schemas.calls import CallFacts, CallIngested, LegFacts, Step

# Twilio's CallStatus and DialCallStatus, each further on than those before it. Two final words on one leg never
# agree by chance: the stronger proof of an answer wins, so that doubt keeps us silent.
_STATUSES: Final = (
    *("queued", "initiated", "ringing", "in-progress"),
    *("canceled", "failed", "no-answer", "busy", "answered", "completed"),
)
_RANKS: Final = {status: rank for rank, status in enumerate(_STATUSES)}
FINAL: Final = frozenset({"canceled", "failed", "no-answer", "busy", "answered", "completed"})
_UNNAMED_LEG: Final = "dial"
_TOO_MANY_DIGITS: Final = 10

T = TypeVar("T")


def fold(facts: CallFacts, webhook: CallIngested, *, own_number: bool, phones: int | None) -> CallFacts:
    """The facts with this webhook's. `phones`: how many the business has us ring, where that is known."""
    said = facts_of(webhook, own_number=own_number, phones=phones)
    return merge(facts, said) if facts.started_at else said  # nothing was ever folded into what has no beginning


def facts_of(webhook: CallIngested, *, own_number: bool, phones: int | None) -> CallFacts:
    """What one webhook says by itself."""
    said = webhook.said
    parent = webhook.leg_sid == webhook.call_sid
    status = said.get("CallStatus") if parent and said.get("CallStatus") in FINAL else None
    dial = said.get("DialCallSid", _UNNAMED_LEG) if said.get("DialCallStatus") else None
    return CallFacts(
        direction=said.get("Direction") if parent else None,
        mode=webhook.mode,
        forwarded_from=said.get("ForwardedFrom") or None,
        legs=_legs(webhook, dial, parent=parent),
        dial_sid=dial,
        status=status,
        duration_seconds=_number(said.get("CallDuration")) if parent else None,
        stir=said.get("StirVerstat") or None,
        own_number=own_number,
        phones_rung=_phones_rung(webhook, phones),
        started_at=webhook.received_at,
        ended_at=_ended_at(webhook) if status else None,
        origin=webhook.origin,
    )


def _phones_rung(webhook: CallIngested, phones: int | None) -> int | None:
    """What our TwiML rang follows from the business. A backfilled call had none of ours: Twilio's list counted."""
    if webhook.step is not Step.VOICE:
        return None
    return phones if webhook.phones_rung is None else webhook.phones_rung


def _legs(webhook: CallIngested, dial: str | None, *, parent: bool) -> Mapping[str, LegFacts]:
    said = webhook.said
    if dial is not None:
        bridged = {"true": True, "false": False}.get(said.get("DialBridged", "").lower())
        seconds = _number(said.get("DialCallDuration"))
        return {dial: LegFacts(status=said["DialCallStatus"], bridged=bridged, duration_seconds=seconds)}
    if parent:
        return {}
    seconds = _number(said.get("CallDuration"))
    return {webhook.leg_sid: LegFacts(status=said.get("CallStatus"), duration_seconds=seconds)}


def merge(one: CallFacts, other: CallFacts) -> CallFacts:
    """The join of two views of the same call."""
    return CallFacts(
        direction=_larger(one.direction, other.direction),
        mode=_larger(one.mode, other.mode),
        forwarded_from=_larger(one.forwarded_from, other.forwarded_from),
        legs={sid: _merge_leg(one.legs.get(sid), other.legs.get(sid)) for sid in sorted({*one.legs, *other.legs})},
        dial_sid=_larger(one.dial_sid, other.dial_sid),
        status=_further(one.status, other.status),
        duration_seconds=_larger(one.duration_seconds, other.duration_seconds),
        voicemail_left=one.voicemail_left or other.voicemail_left,
        stir=_larger(one.stir, other.stir),
        own_number=one.own_number or other.own_number,
        phones_rung=_larger(one.phones_rung, other.phones_rung),
        started_at=_earlier(one.started_at, other.started_at),
        ended_at=_earlier(one.ended_at, other.ended_at),
        origin=max(one.origin, other.origin),
    )


def _merge_leg(one: LegFacts | None, other: LegFacts | None) -> LegFacts:
    if one is None or other is None:
        return one or other or LegFacts()
    return LegFacts(
        status=_further(one.status, other.status),
        bridged=_larger(one.bridged, other.bridged),
        answered_by=_larger(one.answered_by, other.answered_by),
        accepted=_larger(one.accepted, other.accepted),
        duration_seconds=_larger(one.duration_seconds, other.duration_seconds),
    )


def _further(one: str | None, other: str | None) -> str | None:
    """A status that is not in the list yet is kept, and counts for less than any that is."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other, key=lambda status: (_RANKS.get(status, -1), status))


def _larger(one: T | None, other: T | None) -> T | None:
    """Where two say different things the choice must only be the same whichever came first."""
    if one is None or other is None:
        return other if one is None else one
    return max([one, other])  # type: ignore[type-var] # all that is asked here can be ordered


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _ended_at(webhook: CallIngested) -> datetime:
    """Twilio's word where it gives one: our own clock only says when we heard of it."""
    try:
        ended_at = parsedate_to_datetime(webhook.said["Timestamp"])
    except (KeyError, ValueError):
        return webhook.received_at
    ended_at = ended_at if ended_at.tzinfo else ended_at.replace(tzinfo=UTC)
    return min(ended_at, webhook.received_at)  # nothing is heard of before it happens


def _number(text: str | None) -> int | None:
    """None also for what no count of seconds can be."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < _TOO_MANY_DIGITS else None
