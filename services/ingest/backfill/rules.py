"""What is missing of a call that Twilio lists, and whether it is time to say so. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.businesses import BusinessChanged, Mode
from schemas.calls import Step
from schemas.directory import Directory
from schemas.identity import e164
from services.ingest.backfill.listed import Leg, ListedCall
from services.ingest.backfill.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """After a call's end. `webhooks`: for those on their way; `list`: for legs that Twilio does not list yet."""

    webhooks: timedelta
    list: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One fact that no webhook brought: `step` of `leg`."""

    step: Step
    leg: Leg


def owner(call: ListedCall, directory: Directory) -> BusinessChanged | None:
    """Whose call it is: of the account that lists it, and not from before the business came to us."""
    business = directory.of_number(e164(call.leg.called))
    if business is None or business.account_sid != call.leg.account_sid:
        return None
    return business if call.leg.started_at >= business.entitlement.trial_started_at else None


def missing(call: ListedCall, told: Told, mode: Mode) -> Sequence[Missing]:
    """The caller's end first: it brings the time from which a text's own time counts.

    Nothing is missing where the Dial's outcome is known. What a business rings by itself was never reported to us.
    """
    if told.dial:
        return ()
    ours = () if mode is Mode.OBSERVE else call.children
    voice = [] if told.voice or mode is Mode.OBSERVE else [Missing(step=Step.VOICE, leg=call.leg)]
    parent, *children = (
        [Missing(step=Step.CALL_STATUS, leg=leg)] if leg.sid not in told.ended else [] for leg in (call.leg, *ours)
    )
    return [*parent, *voice, *(one for child in children for one in child)]


def is_ripe(call: ListedCall, found: Sequence[Missing], mode: Mode, *, now: datetime, patience: Patience) -> bool:
    """Until then it is left to a later pass."""
    absence = patience.list if _rests_on_absence(call, found, mode) else timedelta()
    return call.is_over and call.ended_at + max(patience.webhooks, absence) <= now


def _rests_on_absence(call: ListedCall, found: Sequence[Missing], mode: Mode) -> bool:
    """Whether the call would count as missed because a leg is not in the list, which may lag behind."""
    unheard = any(one.step is Step.VOICE for one in found)
    proven_otherwise = mode is Mode.OVERFLOW and call.leg.forwarded_from
    return unheard and call.leg.status == "completed" and not proven_otherwise
