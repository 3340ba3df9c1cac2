"""What Twilio reports of a text's way to the handset: a lattice, in which a text only ever moves forward."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final


@unique
class Delivery(StrEnum):
    """queued < sending < sent < (delivered | undelivered | failed); of the last three the first to come stays."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


ENDS: Final = frozenset({Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED})
_RANKS: Final[Mapping[Delivery, int]] = MappingProxyType(
    {
        Delivery.QUEUED: 1,
        Delivery.SENDING: 2,
        Delivery.SENT: 3,
        Delivery.DELIVERED: 4,
        Delivery.UNDELIVERED: 4,
        Delivery.FAILED: 4,
    }
)

_STATUSES: Final[Mapping[str, Delivery]] = MappingProxyType(
    {
        "accepted": Delivery.QUEUED,
        "scheduled": Delivery.QUEUED,
        "queued": Delivery.QUEUED,
        "sending": Delivery.SENDING,
        "sent": Delivery.SENT,
        "partially_delivered": Delivery.SENT,
        "delivered": Delivery.DELIVERED,
        "read": Delivery.DELIVERED,
        "undelivered": Delivery.UNDELIVERED,
        "failed": Delivery.FAILED,
        "canceled": Delivery.FAILED,
    }
)


def delivery_of(status: str) -> Delivery:
    """Twilio's MessageStatus. One that is not known yet says only that Twilio has the message."""
    return _STATUSES.get(status.lower(), Delivery.QUEUED)


def further(known: Delivery | None, said: Delivery) -> Delivery:
    """Callbacks come late, twice and in any order: a `sent` after `delivered` changes nothing."""
    return said if known is None or _RANKS[said] > _RANKS[known] else known
