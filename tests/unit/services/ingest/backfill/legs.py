"""Entries of Twilio's list as the tests of the backfill need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.ingest.backfill.listed import Leg, ListedCall
from tests.unit.services.ingest.webhooks import ACCOUNT, CALL, CALLER, CHILD, NOW, NUMBER, PHONE

STARTED = NOW + timedelta(hours=1)
ENDED_AT = STARTED + timedelta(seconds=21)
SECOND_CHILD = "CA" + "4" * 32


def caller_leg(status: str = "completed", **changed: Any) -> Leg:
    """What the caller made, an hour after the business came to us."""
    usual: dict[str, Any] = {
        "sid": CALL,
        "parent_sid": None,
        "account_sid": ACCOUNT,
        "caller": CALLER,
        "called": NUMBER,
        "direction": "inbound",
        "status": status,
        "started_at": STARTED,
        "ended_at": ENDED_AT,
        "seconds": 21,
    }
    return Leg(**(usual | changed))


def child_leg(status: str = "no-answer", sid: str = CHILD, **changed: Any) -> Leg:
    """A phone of the business that was rung."""
    rung = {"sid": sid, "parent_sid": CALL, "called": PHONE, "direction": "outbound-dial", "seconds": None}
    return caller_leg(status, **(rung | changed))


def listed(leg: Leg | None = None, *children: Leg) -> ListedCall:
    return ListedCall(leg=leg or caller_leg(), children=children)
