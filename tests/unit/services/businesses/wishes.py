"""A business as most tests want it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from schemas.businesses import BusinessChanged, Mode
from services.businesses.rules import Wishes, begun

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
WISHES = Wishes(
    name="Acme Plumbing",
    account_sid="AC" + "0f" * 16,
    numbers=["+14155550199"],
    mode=Mode.FORWARD,
    forward_to=["+14155550111"],
)


def wishes(**but: Any) -> Wishes:
    return replace(WISHES, **but)


def business(**but: Any) -> BusinessChanged:
    return begun(wishes(**but), business_id="b_1", now=NOW)
