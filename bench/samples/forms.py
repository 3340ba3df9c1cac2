"""A call's webhooks as Twilio sends them: the fields, the URL, the signature, and the bytes on the wire."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote_plus, urlencode

from bench.samples.parties import ACCOUNT, BUSINESS_ID, IDENTITIES, NUMBER, PUBLIC_URL, TOKEN, Caller
from schemas.callbacks import CALL_STATUS, DIAL_RESULT, Issued
from schemas.calls import Step
from schemas.identity import CallerKind

_PLACE: Final = {"City": "CHICAGO", "State": "IL", "Zip": "60601", "Country": "US"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One webhook: what it is, its path with the query, and its fields."""

    step: Step
    target: str
    query: Mapping[str, str]
    said: Mapping[str, str]

    def on_the_wire(self) -> bytes:
        """The whole HTTP request, signed."""
        body = urlencode(self.said).encode()
        head = (
            f"POST {self.target} HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: TwilioProxy/1.1\r\n"
            f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nAccept: */*\r\n"
            f"X-Twilio-Signature: {signature(PUBLIC_URL + self.target, self.said)}\r\n"
            f"I-Twilio-Idempotency-Token: {self.said['CallSid']}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def signature(url: str, said: Mapping[str, str]) -> str:
    """As Twilio documents it: the URL, then every name and value in the order of the names, by HMAC-SHA1."""
    text = url + "".join(name + said[name] for name in sorted(said))
    return base64.b64encode(hmac.digest(TOKEN.encode(), text.encode(), "sha1")).decode()


def webhooks(caller: Caller) -> tuple[Letter, Letter, Letter]:
    """Of one missed call: it comes in, nobody takes it, it ends. The second settles it."""
    ended = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    dial = {"DialCallStatus": "no-answer", "DialCallSid": caller.leg_sid, "DialBridged": "false"}
    end = {"CallDuration": "21", "Duration": "1", "Timestamp": ended, "CallbackSource": "call-progress-events"}
    issued = _issued(caller)
    return (
        _letter(Step.VOICE, "/twilio/voice", _parent(caller, "ringing")),
        _letter(Step.DIAL_RESULT, DIAL_RESULT, _parent(caller, "in-progress") | dial, issued),
        _letter(Step.CALL_STATUS, CALL_STATUS, _parent(caller, "completed") | end | {"SequenceNumber": "0"}),
    )


def _letter(step: Step, path: str, said: Mapping[str, str], query: Mapping[str, str] | None = None) -> Letter:
    target = f"{path}?{urlencode(query, quote_via=quote_plus)}" if query else path
    return Letter(step=step, target=target, query=query or {}, said=said)


def _parent(caller: Caller, status: str) -> dict[str, str]:
    ours, theirs = NUMBER, caller.number
    places = {f"{who}{what}": word for who in ("From", "To", "Caller", "Called") for what, word in _PLACE.items()}
    return {
        "CallSid": caller.call_sid,
        "AccountSid": ACCOUNT,
        "From": theirs,
        "To": ours,
        "Caller": theirs,
        "Called": ours,
        "CallStatus": status,
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "StirVerstat": "TN-Validation-Passed-A",
        "CallToken": "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9%22%7D",
        "CallerName": "",
        **places,
    }


def _issued(caller: Caller) -> dict[str, str]:
    """What our TwiML had put into the URL."""
    return {
        Issued.BUSINESS.value: BUSINESS_ID,
        Issued.CONVERSATION.value: caller.conversation_id,
        Issued.CALL.value: caller.call_sid,
        Issued.NUMBER.value: IDENTITIES.number(NUMBER),
        Issued.CALLER.value: CallerKind.NUMBER.value,
    }
