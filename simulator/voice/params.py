"""The form fields of Twilio's voice webhooks."""

from datetime import datetime

from simulator.clock import rfc2822
from simulator.geography import place
from simulator.voice.record import Leg
from simulator.voice.script import CallScript

API_VERSION = "2010-04-01"
_SIP_CODES = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}
_SECONDS_A_MINUTE = 60


def leg_params(leg: Leg) -> dict[str, str]:
    """What every webhook about a leg carries."""
    params = {
        "CallSid": leg.sid,
        "AccountSid": leg.account_sid,
        "From": leg.from_,
        "To": leg.to,
        "Caller": leg.from_,
        "Called": leg.to,
        "CallStatus": leg.status,
        "Direction": leg.direction,
        "ApiVersion": API_VERSION,
    }
    if leg.parent_sid:
        params["ParentCallSid"] = leg.parent_sid
    for party, number in (("From", leg.from_), ("Caller", leg.from_), ("To", leg.to), ("Called", leg.to)):
        params |= place(party, number)
    return params


def call_params(leg: Leg, script: CallScript) -> dict[str, str]:
    """What every webhook about the caller's leg carries."""
    params = leg_params(leg) | {"CallToken": f'{{"parentCallInfoToken":"{leg.sid[2:]}"}}'}
    if script.forwarded_from:
        params |= {"ForwardedFrom": script.forwarded_from, "CalledVia": script.forwarded_from}
    if script.stir_verstat:
        params["StirVerstat"] = script.stir_verstat
    return params


def progress_params(leg: Leg, now: datetime) -> dict[str, str]:
    """What a status callback adds; the end of a leg brings its duration, in call seconds and begun minutes."""
    params = {
        "Timestamp": rfc2822(now) or "",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": leg.next_sequence(),
    }
    if leg.ended:
        seconds = leg.duration or 0
        params["CallDuration"] = str(seconds)
        params["Duration"] = str(-(-seconds // _SECONDS_A_MINUTE))
        params["SipResponseCode"] = _SIP_CODES[leg.status]
    return params
