"""A text, and what is around it, as the sender's tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.businesses import Entitlement, Status
from schemas.controls import Texting
from schemas.texts import Purpose
from services.sender.entry import Claim, Entry
from services.sender.rules import Sight
from services.sender.texts import Text

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SID = "SM" + "1" * 32
OTHER_SID = "SM" + "2" * 32
CLAIM = Claim(token="mine", until=NOW + timedelta(seconds=60))


def text(**changes: Any) -> Text:
    return Text(
        text_id="text-1",
        purpose=Purpose.MISSED_CALL,
        call_sid="CA1",
        business_id="b1",
        account_sid="AC1",
        conversation_id="c1_1",
        person_id="p1_1",
        sender="+14155550100",
        sender_id="n1_1",
        recipient="+13125550199",
        body="We missed your call. Reply STOP to opt out",
        call_ended_at=NOW - timedelta(seconds=2),
        expires_at=NOW + timedelta(minutes=20),
    ).model_copy(update=changes)


def intent(**changes: Any) -> Entry:
    return Entry(text=text(), due_at=NOW).model_copy(update=changes)


def entitled(status: Status = Status.ACTIVE) -> Entitlement:
    return Entitlement(
        status=status, plan="standard", trial_started_at=NOW - timedelta(days=30), trial_ends_at=NOW + timedelta(days=1)
    )


def sight(**changes: Any) -> Sight:
    seen: dict[str, Any] = {
        "now": NOW,
        "blind": False,
        "claim_old": False,
        "opted_out": False,
        "texting": Texting.ON,
        "entitlement": entitled(),
    }
    return Sight(**(seen | changes))
