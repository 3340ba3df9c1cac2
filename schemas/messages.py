"""What comes back from the caller's side: inbound messages, and receipts for our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import AwareDatetime, Field

from runtime.events import Event, Fact, Topic


class MessageIngested(Fact):
    """A message that somebody sent to a connected number."""

    message_sid: str
    account_sid: str
    business_id: str
    business_version: int
    conversation_id: str
    person_id: str
    author: str = Field(description="who sent it, E.164")
    number: str = Field(description="the business's number it came to, E.164")
    body: str
    opt_out_type: str | None = Field(
        default=None, description="START, STOP or HELP: Twilio's Advanced Opt-Out has already replied"
    )
    received_at: AwareDatetime
    said: Mapping[str, str]


class ReceiptIngested(Fact):
    """Twilio's word on a text of ours."""

    message_sid: str
    account_sid: str
    status: str
    error_code: int | None = None
    text_id: str
    business_id: str
    conversation_id: str
    received_at: AwareDatetime
    said: Mapping[str, str]


MESSAGES_INGESTED: Final = Topic("messages.ingested.v1", Event[MessageIngested])
RECEIPTS_INGESTED: Final = Topic("receipts.ingested.v1", Event[ReceiptIngested])
