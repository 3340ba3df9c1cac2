"""What the facts of a call prove, and when that is ripe to be said. Pure: no I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.businesses import Mode
from schemas.calls import CallFacts, LegFacts, Verdict
from schemas.reasons import Reason
from services.decider.facts import FINAL

# Part of every decision: which rules made it. Raised when a rule changes, so that a replay can tell why it differs.
POLICY_VERSION: Final = "2"

_ANSWERED: Final = frozenset({"answered", "completed"})
_DIAL: Final = {
    "no-answer": Reason.DIAL_NO_ANSWER,
    "busy": Reason.DIAL_BUSY,
    "failed": Reason.DIAL_FAILED,
    "canceled": Reason.DIAL_CANCELED,
}
_CALL: Final = {
    "no-answer": Reason.CALL_NO_ANSWER,
    "busy": Reason.CALL_BUSY,
    "failed": Reason.CALL_FAILED,
    "canceled": Reason.CALLER_HUNG_UP,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is proven so far. `conclusive`: no webhook that is still on its way would be waited for."""

    verdict: Verdict
    reason: Reason
    conclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long to wait for further webhooks."""

    grace: timedelta
    forwarded_call: timedelta
    longest_call: timedelta


def judge(facts: CallFacts) -> Judgement:
    """The precedence table: the first line that speaks, counts. Missing evidence is never proof of a missed call."""
    return (
        _not_a_call_to_the_business(facts)
        or _the_dial_says(facts)
        or _the_carrier_says(facts)
        or _the_legs_say(facts)
        or _the_call_says(facts)
        or _nothing_rang(facts)
        or Judgement(Verdict.UNDETERMINED, Reason.NO_EVIDENCE if facts.ended_at else Reason.NEVER_ENDED)
    )


def ripe_at(facts: CallFacts, judgement: Judgement, *, taken_at: datetime, timing: Timing) -> datetime | None:
    """From when on the judgement may be said, None for at once.

    `taken_at` is when the call's last webhook was folded, not when it came in: after an outage of ours the webhooks
    that belong together are still in the queue, and the grace is for them.
    """
    forwarded = judgement.reason is Reason.FORWARDED_UNANSWERED
    if judgement.conclusive or (forwarded and facts.ended_at is not None):
        return None
    if facts.ended_at is not None:
        return taken_at + timing.grace
    started_at = facts.started_at or taken_at
    if forwarded:
        return started_at + timing.forwarded_call
    return started_at + timing.longest_call


def overturns(judgement: Judgement, said: Verdict) -> bool:
    """Whether it contradicts what was said before. Less evidence never takes back what more had proven."""
    return judgement.verdict not in (said, Verdict.UNDETERMINED)


def _not_a_call_to_the_business(facts: CallFacts) -> Judgement | None:
    if facts.direction is not None and facts.direction != "inbound":
        return Judgement(Verdict.IGNORED, Reason.NOT_INBOUND, conclusive=True)
    if facts.own_number:
        return Judgement(Verdict.IGNORED, Reason.OWN_NUMBER, conclusive=True)
    return None


def _the_dial_says(facts: CallFacts) -> Judgement | None:
    """The Dial's own outcome is the best there is: it knows whether caller and callee were connected."""
    leg = facts.legs.get(facts.dial_sid or "")
    if leg is None:
        return None
    if leg.status in _ANSWERED:
        if leg.bridged is False:
            return Judgement(Verdict.MISSED, Reason.NOT_BRIDGED, conclusive=True)
        return Judgement(Verdict.ANSWERED, Reason.DIAL_ANSWERED, conclusive=True)
    if leg.status in _DIAL:
        return Judgement(Verdict.MISSED, _DIAL[leg.status], conclusive=True)
    return None


def _the_carrier_says(facts: CallFacts) -> Judgement | None:
    """Overflow: the business's carrier forwards only what nobody answered."""
    if facts.mode is Mode.OVERFLOW and facts.forwarded_from:
        return Judgement(Verdict.MISSED, Reason.FORWARDED_UNANSWERED)
    return None


def _the_legs_say(facts: CallFacts) -> Judgement | None:
    """The backstop where the Dial's outcome never came: one answered leg suffices, a miss takes all of them."""
    legs = list(facts.legs.values())
    if any(leg.status in _ANSWERED for leg in legs):
        return Judgement(Verdict.ANSWERED, Reason.DIAL_ANSWERED)
    if facts.ended_at and facts.phones_rung and _all_unanswered(legs, facts.phones_rung):
        last = max(leg.status for leg in legs if leg.status)
        return Judgement(Verdict.MISSED, _DIAL[last])
    return None


def _all_unanswered(legs: list[LegFacts], phones: int) -> bool:
    return len(legs) >= phones and all(leg.status in FINAL - _ANSWERED for leg in legs)


def _the_call_says(facts: CallFacts) -> Judgement | None:
    """A caller's leg that ended without ever being connected. `completed` proves nothing: it covers voicemail too."""
    reason = _CALL.get(facts.status or "")
    return Judgement(Verdict.MISSED, reason) if reason else None


def _nothing_rang(facts: CallFacts) -> Judgement | None:
    """Our TwiML never reached the call, and Twilio lists no leg of it: the caller heard an error, or an announcement.

    Where the business has an application of its own, a call may be answered without any leg.
    """
    unheard = facts.phones_rung == 0 and not facts.legs and facts.mode is not Mode.OBSERVE
    return Judgement(Verdict.MISSED, Reason.NEVER_RANG) if facts.ended_at and unheard else None
