"""One text as it stands in the ledger."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Any, Final

from pydantic import AwareDatetime

from runtime.events import Fact
from schemas.reasons import Reason
from schemas.texts import Ruling
from services.sender.delivery import Delivery
from services.sender.texts import Text


@unique
class State(StrEnum):
    """Every text is in exactly one of these, at every moment."""

    INTENT = "intent"
    """Nothing was sent, and it shall be."""
    POSTING = "posting"
    """A sender holds it under a claim: it may have been sent."""
    ACCEPTED = "accepted"
    FAILED = "failed"
    """Known not to have been sent."""
    UNSURE = "unsure"
    """It may have been sent. Only evidence settles it, never another POST."""
    PARKED = "parked"
    """No evidence came in time: a person may rule."""
    CANCELLED = "cancelled"
    """Compliance took it back before anybody posted it."""


FINAL: Final = frozenset({State.FAILED, State.CANCELLED})
POSSIBLY_SENT: Final = frozenset({State.POSTING, State.UNSURE, State.PARKED})


class Claim(Fact):
    """Who has the text in hand, and until when the others leave it alone."""

    token: str
    until: AwareDatetime


class Entry(Fact):
    """One text in the ledger.

    `due_at`: when somebody must look again: to post it, because the lease is over, or to ask Twilio what became of it.
    `claimed_at`: of the last claim. If Twilio has a message, it is not older than that. `looks`: into Twilio's list.
    `rival_sid`: what answer or callback last called it while it stood under another SID.
    """

    text: Text
    state: State = State.INTENT
    reason: Reason | None = None
    claim: Claim | None = None
    attempts: int = 0
    claimed_at: AwareDatetime | None = None
    looks: int = 0
    due_at: AwareDatetime | None = None
    withdrawn: bool = False
    message_sid: str | None = None
    rival_sid: str | None = None
    error_code: int | None = None
    delivery: Delivery | None = None
    ruling: Ruling | None = None

    def becoming(self, state: State, **changes: Any) -> Entry:
        """In another state nothing is due unless it is said; all else stays as it was."""
        return self.model_copy(update={"state": state, "due_at": None, **changes})
