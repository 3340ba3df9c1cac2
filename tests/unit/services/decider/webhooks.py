"""Webhooks of one call, as the tests of the decider need them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from schemas.businesses import Mode
from schemas.calls import CallIngested, Origin, Step
from schemas.identity import CallerKind

CALL = "CA" + "1" * 32
CHILD = "CA" + "2" * 32
SECOND_CHILD = "CA" + "3" * 32
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def webhook(
    step: Step, said: Mapping[str, str], *, leg: str = CALL, mode: Mode = Mode.FORWARD, second: float = 0
) -> CallIngested:
    """What Twilio says `second` seconds into the call. A child's webhook does not tell the caller."""
    parent = leg == CALL
    return CallIngested(
        call_sid=CALL,
        leg_sid=leg,
        step=step,
        account_sid="AC" + "0" * 32,
        business_id="b1",
        business_version=1,
        mode=mode,
        conversation_id="c1_x",
        person_id="p1_x" if parent else None,
        caller_kind=CallerKind.NUMBER,
        caller="+14155550100" if parent else None,
        called="+14155550199",
        received_at=START + timedelta(seconds=second),
        said=({"Direction": "inbound"} if parent else {}) | dict(said),
    )


def voice(mode: Mode = Mode.FORWARD, **said: str) -> CallIngested:
    return webhook(Step.VOICE, {"CallStatus": "ringing"} | said, mode=mode)


def backfilled(mode: Mode = Mode.FORWARD, *, phones: int) -> CallIngested:
    """The begin of a call that only Twilio's list told of: so many legs it had."""
    return voice(mode).model_copy(update={"origin": Origin.BACKFILL, "phones_rung": phones})


def dialled(status: str, bridged: str | None = None, leg: str = CHILD) -> CallIngested:
    optional = {"DialBridged": bridged} if bridged else {}
    return webhook(Step.DIAL_RESULT, {"DialCallStatus": status, "DialCallSid": leg} | optional, second=20)


def leg_ended(status: str, leg: str = CHILD) -> CallIngested:
    return webhook(Step.CALL_STATUS, {"CallStatus": status, "ParentCallSid": CALL}, leg=leg, second=20)


def call_ended(status: str, mode: Mode = Mode.FORWARD, **said: str) -> CallIngested:
    return webhook(Step.CALL_STATUS, {"CallStatus": status, "CallDuration": "21"} | said, mode=mode, second=21)
