"""What Twilio said of a call, and what was decided of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from pydantic import AwareDatetime, Field

from runtime.events import Event, Fact, Topic
from schemas.businesses import Mode
from schemas.identity import CallerKind
from schemas.reasons import Reason


@unique
class Step(StrEnum):
    """Which webhook it was: the last part of the endpoint's path."""

    VOICE = "voice"
    SCREEN = "screen"
    DIAL_RESULT = "dial-result"
    CALL_STATUS = "call-status"
    MACHINE_DETECTION = "machine-detection"
    VOICEMAIL = "voicemail"


@unique
class Origin(StrEnum):
    """How we came to know it."""

    WEBHOOK = "webhook"
    BACKFILL = "backfill"


class CallIngested(Fact):
    """One webhook about one leg of a call, with all Twilio said. A call has several: count decisions."""

    call_sid: str = Field(description="the parent call: what the caller made")
    leg_sid: str = Field(description="the leg this webhook is about; the parent's own, or a child's")
    step: Step
    origin: Origin = Origin.WEBHOOK
    account_sid: str
    business_id: str
    business_version: int
    mode: Mode
    conversation_id: str
    person_id: str | None = None
    caller_kind: CallerKind
    caller: str | None = Field(default=None, description="E.164; absent where withheld")
    called: str = Field(description="the business's number, E.164")
    received_at: AwareDatetime
    said: Mapping[str, str] = Field(description="every parameter, unknown ones too")
    phones_rung: int | None = Field(
        default=None, ge=0, description="how many, by Twilio's list of calls; only of the voice step, if backfilled"
    )


@unique
class Verdict(StrEnum):
    """What the facts prove. `ignored` is no call from outside to the business at all."""

    MISSED = "missed"
    ANSWERED = "answered"
    UNDETERMINED = "undetermined"
    IGNORED = "ignored"


class LegFacts(Fact):
    """What is known of one leg. Absent means that nobody said."""

    status: str | None = None
    bridged: bool | None = None
    answered_by: str | None = None
    accepted: bool | None = None
    duration_seconds: int | None = None


class CallFacts(Fact):
    """Everything known of a call, folded from its webhooks in whatever order they came."""

    direction: str | None = None
    mode: Mode | None = None
    forwarded_from: str | None = None
    legs: Mapping[str, LegFacts] = Field(default_factory=dict)
    dial_sid: str | None = Field(default=None, description="the leg whose outcome the Dial reported")
    status: str | None = Field(default=None, description="the caller's leg, its final status")
    duration_seconds: int | None = None
    voicemail_left: bool = False
    stir: str | None = None
    own_number: bool = Field(default=False, description="the caller is a number or a phone of the business")
    phones_rung: int | None = Field(default=None, description="how many of the business's phones were rung")
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    origin: Origin = Origin.WEBHOOK


class CallDecided(Fact):
    """One decision per call. A contrary fact that comes later makes a further revision."""

    call_sid: str
    revision: int = Field(ge=1)
    verdict: Verdict
    reason: Reason
    business_id: str
    business_version: int
    policy_version: str
    account_sid: str
    conversation_id: str
    person_id: str | None = None
    caller_kind: CallerKind
    caller: str | None = None
    called: str
    ended_at: AwareDatetime = Field(description="the call's end, or the best that is known of it")
    facts: CallFacts


CALLS_INGESTED: Final = Topic("calls.ingested.v1", Event[CallIngested])
CALLS_DECIDED: Final = Topic("calls.decided.v1", Event[CallDecided])
