"""Where texting can be paused, and what an order to pause or resume makes of how it stands there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.controls import ControlChanged, ControlScope, Texting
from services.businesses.checks import is_account_sid
from services.businesses.refusals import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One scope: everywhere, which has no name; a Twilio account, by its SID; a business, by its id."""

    scope: ControlScope
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.scope}/{self.name}" if self.name else str(self.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants of a tap, and why."""

    texting: Texting
    why: str


def check(tap: Tap) -> None:
    """Raises Refused for what can be no account: its texts would go on while somebody believes them paused."""
    if tap.scope is ControlScope.ACCOUNT and not is_account_sid(tap.name):
        raise Refused(
            "--account",
            "it is not AC and 32 hexadecimal digits",
            "copy the Account SID from `missedcall business list`",
        )


def turned(before: ControlChanged | None, tap: Tap, order: Order, *, now: datetime) -> ControlChanged | None:
    """The next version, or what there was where it says the same already: pausing twice is pausing once."""
    if _is_so(before, order):
        return before
    return ControlChanged(
        scope=tap.scope,
        name=tap.name,
        texting=order.texting,
        version=before.version + 1 if before else 1,
        why=order.why,
        changed_at=now,
    )


def _is_so(before: ControlChanged | None, order: Order) -> bool:
    """Texting that is on anyway needs no second reason to be on; a pause may be given a better one."""
    if order.texting is Texting.ON:
        return before is None or before.texting is Texting.ON
    return before is not None and (before.texting, before.why) == (order.texting, order.why)
