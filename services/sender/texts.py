"""A text as it is to be posted: what compliance permitted, with everything the POST and the news of it need."""

from __future__ import annotations

from pydantic import AwareDatetime

from runtime.events import Event, Fact
from schemas.texts import Purpose, TextScreened


class NotSendable(ValueError):  # noqa: N818 - it says what is known
    """A text was permitted without the recipient, the person or the words that a POST needs."""


class Text(Fact):
    """Fixed from the moment it was permitted."""

    text_id: str
    purpose: Purpose
    call_sid: str
    business_id: str
    business_version: int = 0
    account_sid: str
    conversation_id: str
    person_id: str
    sender: str
    sender_id: str
    recipient: str
    body: str
    call_ended_at: AwareDatetime
    expires_at: AwareDatetime
    traceparent: str | None = None


def text_of(event: Event[TextScreened]) -> Text:
    """Raises NotSendable, naming what is missing and not what is there: that may be somebody's number."""
    screened = event.data
    if screened.recipient is None or screened.person_id is None or screened.words is None:
        parts = {"recipient": screened.recipient, "person_id": screened.person_id, "words": screened.words}
        missing = ", ".join(name for name, part in parts.items() if part is None)
        raise NotSendable(f"text {screened.text_id} is permitted without {missing}: compliance must say it")
    return Text(
        text_id=screened.text_id,
        purpose=screened.purpose,
        call_sid=screened.call_sid,
        business_id=screened.business_id,
        business_version=screened.business_version,
        account_sid=screened.account_sid,
        conversation_id=screened.conversation_id,
        person_id=screened.person_id,
        sender=screened.sender,
        sender_id=screened.sender_id,
        recipient=screened.recipient,
        body=screened.words.body,
        call_ended_at=screened.call_ended_at,
        expires_at=screened.expires_at,
        traceparent=event.traceparent,
    )
