"""A text on its way: what compliance permits, and what became of it at Twilio."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

from pydantic import AwareDatetime, Field

from runtime.events import Event, Fact, Topic, event_id
from schemas.reasons import Reason


@unique
class Purpose(StrEnum):
    """Why a text exists; the rules are per purpose."""

    MISSED_CALL = "missed_call"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    HELP = "help"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    FORWARDED_REPLY = "forwarded_reply"
    TEST = "test"


@unique
class Screening(StrEnum):
    """What compliance says of a text. `cancelled` takes back what was permitted or held."""

    PERMITTED = "permitted"
    HELD = "held"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


@unique
class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


class Words(Fact):
    """The text itself. Segments are what the carrier counts and bills."""

    body: str
    encoding: Encoding
    segments: int = Field(ge=1)


class TextScreened(Fact):
    text_id: str
    purpose: Purpose
    screening: Screening
    reason: Reason
    call_sid: str
    business_id: str
    business_version: int
    account_sid: str
    conversation_id: str
    person_id: str | None = None
    sender: str = Field(description="the business's number, E.164")
    sender_id: str = Field(description="its id: names the scope of an opt-out from this number alone")
    recipient: str | None = Field(default=None, description="E.164; absent where withheld")
    words: Words | None = Field(default=None, description="only for what is permitted or held")
    call_ended_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="not to be posted after this, by whichever stage")


@unique
class TextState(StrEnum):
    """What became of a text at Twilio, and then at the carrier."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    UNSURE = "unsure"
    PARKED = "parked"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@unique
class KnownBy(StrEnum):
    """What showed how a text stands. Absent where the sender knows it by itself: nothing was sent, or it died."""

    ANSWER = "answer"
    """Twilio's, to the POST."""
    CALLBACK = "callback"
    LIST = "list"
    """Twilio's list of messages holds exactly one that can be this text."""
    STATUS = "status"
    """Twilio, asked about the message by its SID."""
    RULING = "ruling"
    DEADLINE = "deadline"
    """Nothing showed it in time."""


class Ruling(Fact):
    """A person's word on a text of which nothing else is known. It holds no phone number."""

    by: str
    because: str


class TextDispatched(Fact):
    text_id: str
    purpose: Purpose
    state: TextState
    reason: Reason
    call_sid: str
    business_id: str
    account_sid: str
    conversation_id: str
    person_id: str
    sender_id: str = Field(description="id of the business's number: the scope of a 21610")
    message_sid: str | None = None
    error_code: int | None = None
    known_by: KnownBy | None = None
    attempts: int | None = Field(default=None, description="how often a sender had taken it in hand by then")
    looks: int | None = Field(default=None, description="how often Twilio's list was searched for it by then")
    ruling: Ruling | None = Field(default=None, description="only where known by one")
    call_ended_at: AwareDatetime


def text_id_of(call_sid: str, purpose: Purpose) -> str:
    """One call, one purpose, one text: however often and by whomever it is asked for."""
    return event_id("text", call_sid, purpose)


TEXTS_SCREENED: Final = Topic("texts.screened.v1", Event[TextScreened])
TEXTS_DISPATCHED: Final = Topic("texts.dispatched.v1", Event[TextDispatched])
