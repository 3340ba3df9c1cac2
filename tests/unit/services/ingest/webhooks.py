"""Webhooks and businesses as the tests of ingest need them, and Twilio's signature from its description."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.businesses import BusinessChanged, Entitlement, Mode, Status
from schemas.identity import Identities
from services.ingest.webhook import Webhook

ACCOUNT = "AC" + "a" * 32
OTHER_ACCOUNT = "AC" + "b" * 32
CALL = "CA" + "1" * 32
CHILD = "CA" + "2" * 32
MESSAGE = "SM" + "3" * 32
CALLER = "+14155550100"
NUMBER = "+14155550199"
PHONE = "+14155550111"
SECOND_PHONE = "+14155550112"
TEXT = "6f0c9f0e-4f8e-5c8e-9d0a-000000000001"
TOKEN = "t" * 32
OLD_TOKEN = "o" * 32
PUBLIC = "https://hooks.example.com"
IDENTITY_KEY = "k" * 32
IDENTITIES = Identities(IDENTITY_KEY.encode())
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

VOICE = {
    "CallSid": CALL,
    "AccountSid": ACCOUNT,
    "From": CALLER,
    "To": NUMBER,
    "CallStatus": "ringing",
    "ApiVersion": "2010-04-01",
    "Direction": "inbound",
    "CallerName": "",
}
DIALLED = VOICE | {"CallStatus": "in-progress", "DialCallStatus": "no-answer", "DialCallSid": CHILD}
ENDED = VOICE | {"CallStatus": "completed", "CallDuration": "21", "SequenceNumber": "0"}
CHILD_ENDED = {
    "CallSid": CHILD,
    "ParentCallSid": CALL,
    "AccountSid": ACCOUNT,
    "From": CALLER,
    "To": PHONE,
    "CallStatus": "no-answer",
    "Direction": "outbound-dial",
    "SequenceNumber": "0",
}
WRITTEN = {"MessageSid": MESSAGE, "AccountSid": ACCOUNT, "From": CALLER, "To": NUMBER, "Body": "When do you open?"}
DELIVERED = {"MessageSid": MESSAGE, "AccountSid": ACCOUNT, "From": NUMBER, "To": CALLER, "MessageStatus": "delivered"}

ISSUED = {
    "business": "b1",
    "conversation": IDENTITIES.conversation("b1", CALLER),
    "call": CALL,
    "number": IDENTITIES.number(NUMBER),
    "caller": "number",
}
RECEIPT = {"text": TEXT, "conversation": ISSUED["conversation"], "business": "b1"}


def business(business_id: str = "b1", **changed: Any) -> BusinessChanged:
    """In mode forward, with one number and one phone to ring."""
    usual: dict[str, Any] = {
        "business_id": business_id,
        "version": 1,
        "name": "Acme",
        "account_sid": ACCOUNT,
        "numbers": (NUMBER,),
        "mode": Mode.FORWARD,
        "forward_to": (PHONE,),
        "template": "",
        "cooldown_minutes": 60,
        "entitlement": Entitlement(
            status=Status.TRIAL, plan="starter", trial_started_at=NOW, trial_ends_at=NOW + timedelta(days=31)
        ),
    }
    return BusinessChanged(**(usual | changed))


def webhook(said: Mapping[str, str], query: Mapping[str, str] | None = None, /, **also_said: str) -> Webhook:
    return Webhook(said={**said, **also_said}, query=query or {})


def signature(token: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The URL, then each name and value in order, by HMAC-SHA1: as documented, not as our library has it."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
