"""How a business begins and changes, and what is refused. Pure: the id and the time come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from schemas.businesses import BusinessChanged, Entitlement, Mode, Status
from schemas.words import DEFAULT_TEMPLATE
from services.businesses.checks import check
from services.businesses.refusals import Refused
from services.businesses.standing import trial, with_status, with_trial_end

# Who redials within the hour means the same errand and was answered already; a call after it deserves a text again.
DEFAULT_COOLDOWN_MINUTES: Final = 60
DEFAULT_PLAN: Final = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody asks of a business; None leaves it as it is, or as is usual."""

    name: str | None = None
    account_sid: str | None = None
    numbers: Sequence[str] | None = None
    mode: Mode | None = None
    forward_to: Sequence[str] | None = None
    ring_seconds: int | None = None
    template: str | None = None
    cooldown_minutes: int | None = None
    plan: str | None = None
    status: Status | None = None
    trial_ends_at: datetime | None = None


def begun(wishes: Wishes, *, business_id: str, now: datetime) -> BusinessChanged:
    """A business that has just connected: its trial begins. Raises Refused."""
    usual = {
        "business_id": business_id,
        "version": 1,
        "template": DEFAULT_TEMPLATE,
        "cooldown_minutes": DEFAULT_COOLDOWN_MINUTES,
        "entitlement": trial(DEFAULT_PLAN, now=now),
    }
    return _checked(usual, wishes)


def changed(business: BusinessChanged, wishes: Wishes) -> BusinessChanged:
    """The next version, or the same one where nothing is different. Raises Refused."""
    after = _checked(dict(business), wishes)
    return business if after == business else after.model_copy(update={"version": business.version + 1})


def _checked(before: dict[str, Any], wishes: Wishes) -> BusinessChanged:
    asked = {
        "name": wishes.name,
        "account_sid": wishes.account_sid,
        "numbers": wishes.numbers,
        "mode": wishes.mode,
        "forward_to": wishes.forward_to,
        "ring_seconds": wishes.ring_seconds,
        "template": wishes.template,
        "cooldown_minutes": wishes.cooldown_minutes,
        "entitlement": _entitled(before["entitlement"], wishes),
    }
    try:
        business = BusinessChanged.model_validate(before | {k: v for k, v in asked.items() if v is not None})
    except ValidationError as error:
        raise _refused(error) from None
    return check(business)


def _entitled(entitlement: Entitlement, wishes: Wishes) -> Entitlement:
    """The trial's end first: whoever ends a trial and takes a plan in one command means both."""
    if wishes.trial_ends_at is not None:
        entitlement = with_trial_end(entitlement, wishes.trial_ends_at)
    if wishes.status is not None:
        entitlement = with_status(entitlement, wishes.status)
    return entitlement.model_copy(update={"plan": wishes.plan}) if wishes.plan is not None else entitlement


def _refused(error: ValidationError) -> Refused:
    """The event's own limits, in the words of the option that was past them."""
    first = error.errors(include_input=False, include_url=False)[0]
    option = "--" + str(first["loc"][0]).replace("_", "-")
    return Refused(option, first["msg"][:1].lower() + first["msg"][1:], "give a value within it")
