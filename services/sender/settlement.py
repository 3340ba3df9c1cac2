"""Which message in Twilio's list a text is, and when to ask again. Pure.

A message is taken for a text only where nothing else is possible: it is nobody else's, it has the text's words, it was
created while the text was in somebody's hand, and neither does a second text fit it nor a second message the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.sender.delivery import Delivery
from services.sender.entry import POSSIBLY_SENT, Entry

# Twilio's clock against ours, its whole seconds, and a sender that slept between its last look and the POST.
_SLACK: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """As Twilio shows it."""

    sid: str
    body: str
    created_at: datetime
    delivery: Delivery
    error_code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When to ask about a text, counted from its claim: first, at the latest after each `cap`, and the last time."""

    first: timedelta
    cap: timedelta
    until: timedelta

    @property
    def patience(self) -> timedelta:
        """The last answer has as long to come as the first question had to be asked."""
        return self.until + self.first

    def next(self, *, claimed_at: datetime, now: datetime) -> datetime | None:
        """After as long again as it has taken until now, so each wait is twice the one before."""
        end = claimed_at + self.until
        wait = min(max(now - claimed_at, self.first), self.cap)
        return min(now + wait, end) if now < end else None


def sightings(messages: Sequence[Message], texts: Sequence[Entry]) -> Mapping[str, Message]:
    """By text id. `texts`: all between the same two numbers, read after the messages: whose message it is was known
    before it could be listed.
    """
    taken = {text.message_sid for text in texts}
    free = [message for message in messages if message.sid not in taken]
    fitting = [(t.text.text_id, m) for t in texts if t.state in POSSIBLY_SENT for m in free if _fits(m, t)]
    of_text = Counter(text_id for text_id, _ in fitting)
    of_message = Counter(message.sid for _, message in fitting)
    return {text_id: m for text_id, m in fitting if of_text[text_id] == of_message[m.sid] == 1}


def _fits(message: Message, text: Entry) -> bool:
    """Without a claim there was no POST. The claim's end is when its holder would no longer have begun one."""
    if text.claim is None or text.claimed_at is None or message.body.strip() != text.text.body.strip():
        return False
    return text.claimed_at - _SLACK <= message.created_at <= text.claim.until + _SLACK
