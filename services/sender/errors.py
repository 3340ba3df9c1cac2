"""The one table that says what an error means, for the answer to a POST and for a status callback alike.

Source: Twilio's error dictionary, as far as the Messages API and its callbacks are concerned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final

from schemas.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Twilio has the message."""

    message_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Twilio answered with an error. `retry_after` in seconds, where it said so."""

    status: int
    code: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConnected:
    """Refused, DNS, TLS, no free connection: not one byte of the request was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """There was a connection, and no answer that can be read came through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoToken:
    """There is no token for the account, so nothing was sent."""


Answer = Created | Denied | NotConnected | NoAnswer | NoToken


@unique
class Class(StrEnum):
    """What the sender does about it."""

    RETRY = "retry"
    """Nothing was processed: again, with backoff, while the text is worth it."""
    HALT = "halt"
    """Nothing was processed, and nothing will be from this account for a while."""
    PERMANENT = "permanent"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """`reason`: why it failed, at once where permanent, else when its time runs out before it is taken."""

    of: Class
    reason: Reason


def _permanent(reason: Reason) -> Meaning:
    return Meaning(of=Class.PERMANENT, reason=reason)


_BUSY: Final = Meaning(of=Class.RETRY, reason=Reason.BUSY)
_FULL: Final = Meaning(of=Class.RETRY, reason=Reason.QUEUE_FULL)
_HALT: Final = Meaning(of=Class.HALT, reason=Reason.ACCOUNT_HALTED)
_AWAY: Final = Meaning(of=Class.RETRY, reason=Reason.EXPIRED)
_UNSURE: Final = Meaning(of=Class.UNSURE, reason=Reason.NO_ANSWER_FROM_TWILIO)
_UNREACHABLE: Final = _permanent(Reason.NUMBER_UNREACHABLE)
_CONFIGURATION: Final = _permanent(Reason.CONFIGURATION)
_OUR_BUG: Final = _permanent(Reason.OUR_BUG)
_HANDSET: Final = _permanent(Reason.HANDSET_UNREACHABLE)
_UNKNOWN: Final = _permanent(Reason.REFUSED)

CODES: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        20429: _BUSY,
        20003: _HALT,
        30002: _HALT,
        63038: _HALT,
        21211: _UNREACHABLE,
        21612: _UNREACHABLE,
        21614: _UNREACHABLE,
        21635: _UNREACHABLE,
        30004: _UNREACHABLE,
        30005: _UNREACHABLE,
        30006: _UNREACHABLE,
        21408: _CONFIGURATION,
        21606: _CONFIGURATION,
        21608: _CONFIGURATION,
        21703: _CONFIGURATION,
        21704: _CONFIGURATION,
        30032: _CONFIGURATION,
        30034: _CONFIGURATION,
        21602: _OUR_BUG,
        21617: _OUR_BUG,
        90007: _OUR_BUG,
        21610: _permanent(Reason.RECIPIENT_OPTED_OUT),
        21611: _FULL,
        30001: _FULL,
        30003: _HANDSET,
        30008: _HANDSET,
        30007: _permanent(Reason.CARRIER_FILTERED),
        30036: _permanent(Reason.VALIDITY_EXPIRED),
    }
)
"""By Twilio's error code. What is not here is permanent: counted, and not tried again."""

STATUSES: Final[Mapping[int, Meaning]] = MappingProxyType({401: _HALT, 429: _BUSY})
"""By HTTP status, where there is no code that we know."""

_REFUSALS: Final = range(400, 500)


def meaning_of(answer: Denied | NotConnected | NoAnswer | NoToken) -> Meaning:
    """What an answer without a message means. An answer in neither 2xx nor 4xx proves nothing, whatever its code.

    Nor does one without a code: it need not be Twilio's own, but somebody's who stands between, as with a 408.
    """
    match answer:
        case NotConnected():
            return _AWAY
        case NoToken():
            return _HALT
        case Denied(status=status, code=code) if status in _REFUSALS:
            return CODES.get(code or 0) or STATUSES.get(status) or (_UNKNOWN if code else _UNSURE)
        case _:
            return _UNSURE


def reason_of(error_code: int | None) -> Reason:
    """Why a text that Twilio had taken did not arrive."""
    return CODES.get(error_code or 0, _UNKNOWN).reason
