"""A business: its numbers, how its calls are handled, its words, and its right to text."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

from pydantic import AwareDatetime, Field

from runtime.events import Event, Fact, Topic


@unique
class Mode(StrEnum):
    """How a business connects.

    forward: our TwiML dials its phone; overflow: its carrier forwards unanswered calls to us;
    observe: its own Twilio voice application stays, and only callbacks come to us.
    """

    FORWARD = "forward"
    OVERFLOW = "overflow"
    OBSERVE = "observe"


@unique
class Status(StrEnum):
    """The account's standing. Only a trial that runs and an active plan give a right to text."""

    TRIAL = "trial"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


class Entitlement(Fact):
    """What the account has a right to, and until when the trial gives it."""

    status: Status
    plan: str
    trial_started_at: AwareDatetime
    trial_ends_at: AwareDatetime


class BusinessChanged(Fact):
    """The whole business as it is from now on. The highest version is the truth; no secret is in it."""

    business_id: str
    version: int = Field(ge=1)
    name: str
    account_sid: str
    numbers: tuple[str, ...] = Field(description="connected to Twilio, E.164")
    mode: Mode
    forward_to: tuple[str, ...] = Field(default=(), description="the phones to ring, E.164")
    ring_seconds: int = Field(default=20, ge=5, le=60, description="above 20 or so, voicemail answers")
    template: str
    cooldown_minutes: int = Field(ge=0)
    entitlement: Entitlement


BUSINESSES_CHANGED: Final = Topic("businesses.changed.v1", Event[BusinessChanged])
