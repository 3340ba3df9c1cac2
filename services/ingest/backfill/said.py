"""What Twilio's webhooks would have said of a leg, in their words: so that a late one is the same event. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import format_datetime

from services.ingest.backfill.listed import Leg


def said_at_first(leg: Leg) -> Mapping[str, str]:
    """The webhook that asks what to do with a call."""
    return _said_always(leg) | {"CallStatus": "ringing"}


def said_at_the_end(leg: Leg) -> Mapping[str, str]:
    """The status callback. Nothing but the end is reported to us, so it is the first of its leg."""
    parent = {"ParentCallSid": leg.parent_sid} if leg.parent_sid else {}
    seconds = {"CallDuration": str(leg.seconds)} if leg.seconds is not None else {}
    ended = {"CallStatus": leg.status, "Timestamp": format_datetime(leg.ended_at), "SequenceNumber": "0"}
    return _said_always(leg) | ended | parent | seconds


def _said_always(leg: Leg) -> dict[str, str]:
    said = {
        "CallSid": leg.sid,
        "AccountSid": leg.account_sid,
        "From": leg.caller,
        "To": leg.called,
        "Direction": leg.direction,
    }
    optional = {"ForwardedFrom": leg.forwarded_from, "StirVerstat": leg.stir}
    return said | {name: value for name, value in optional.items() if value}
