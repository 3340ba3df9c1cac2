"""What may become known of a text's send, each fact with no more than it proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.reasons import Reason
from schemas.texts import KnownBy, Ruling
from services.sender.delivery import Delivery
from services.sender.entry import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A sender takes it in hand, to post it once."""

    claim: Claim
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Twilio answered the POST with a message's SID."""

    message_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It was not sent and shall not be: Twilio said no, or our last look did."""

    token: str
    reason: Reason
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """Nothing can have been sent, and it may be tried again. `reason` is what it fails with if that is too late."""

    token: str
    reason: Reason
    again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The POST may have reached Twilio, and no answer came."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLost:
    """Seen by somebody else at this time: the claim's holder has not reported."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Seen at this time: a text that nobody has in hand may be past its time."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Compliance takes it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Twilio has the message, and this far it got: a callback with our text id in its URL, its list, or its answer.

    `instead_of`: the SID that the text stood under when Twilio was asked, and knew no message of it.
    """

    message_sid: str
    delivery: Delivery
    error_code: int | None = None
    known_by: KnownBy = KnownBy.CALLBACK
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Twilio was asked, for the so manieth time. Without `again_at` nobody asks again."""

    look: int
    again_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePassed:
    """For texts that were claimed by then, that nobody will look for again, and of which nothing was seen.

    Twilio may not let itself be asked for days. `given_up_by`: claimed by then, they had looks enough if they had none.
    """

    claimed_by: datetime
    given_up_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A person says that Twilio has it as this message; without a SID, that it never had it."""

    ruling: Ruling
    message_sid: str | None


Evidence = (
    Claimed
    | Accepted
    | Refused
    | Unsent
    | Unanswered
    | LeaseLost
    | Overdue
    | Withdrawn
    | Receipt
    | Looked
    | DeadlinePassed
    | Ruled
)


def message_named(fact: Evidence) -> str | None:
    """The message that it says the text to be."""
    return fact.message_sid if isinstance(fact, Accepted | Receipt | Ruled) else None
