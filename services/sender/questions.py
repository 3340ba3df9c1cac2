"""The two questions to Twilio about texts: is this unsure one in your list, and how far did that silent one get?"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from schemas.texts import KnownBy
from services.sender import metrics
from services.sender.changes import Happening
from services.sender.entry import Entry, State
from services.sender.evidence import Looked, Receipt
from services.sender.settlement import Message, Rhythm, sightings
from services.sender.state import Ledger
from services.sender.twilio import Messages, Unheard

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """Texts that may have been sent."""

    about: ClassVar = State.UNSURE
    messages: Messages
    ledger: Ledger
    rhythm: Rhythm
    clock: Callable[[], datetime]

    async def ask(self, account: str, texts: Sequence[Entry]) -> AsyncIterator[list[Happening]]:
        """One look into the list for all between the same two numbers. Raises Unheard where nobody answers at all."""
        for (sender, recipient), asked in _by_numbers(texts).items():
            try:
                messages = await self.messages.listed(account, sender=sender, recipient=recipient)
            except Unheard as error:
                yield _postponed(asked, error, about=self.about, rhythm=self.rhythm, now=self.clock())
                continue
            seen = sightings(messages, await self.ledger.between(sender, recipient))
            yield [happening for text in asked for happening in self._told(text, seen.get(text.text.text_id))]

    def _told(self, text: Entry, message: Message | None) -> Iterable[Happening]:
        metrics.INQUIRIES.labels(self.about, "seen" if message else "not seen").inc()
        return _told(text, message, KnownBy.LIST, _again(text, self.rhythm, self.clock()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Texts that Twilio took, and whose end nobody has reported."""

    about: ClassVar = State.ACCEPTED
    messages: Messages
    rhythm: Rhythm
    clock: Callable[[], datetime]

    async def ask(self, account: str, texts: Sequence[Entry]) -> AsyncIterator[list[Happening]]:
        """Each by its message. Raises Unheard where nobody answers at all."""
        for text in texts:
            try:
                message = await self._message(account, text)
            except Unheard as error:
                yield _postponed([text], error, about=self.about, rhythm=self.rhythm, now=self.clock())
                continue
            metrics.INQUIRIES.labels(self.about, message.delivery if message else "no such message").inc()
            yield list(_told(text, message, KnownBy.STATUS, _again(text, self.rhythm, self.clock())))

    async def _message(self, account: str, text: Entry) -> Message | None:
        """Where Twilio knows none of the text's SID, the one that other evidence named. Raises Unheard."""
        for message_sid in filter(None, (text.message_sid, text.rival_sid)):
            if message := await self.messages.one(account, message_sid):
                return message
        return None


Question = Unsure | Silent


def _postponed(
    texts: Iterable[Entry], error: Unheard, *, about: State, rhythm: Rhythm, now: datetime
) -> list[Happening]:
    """Nobody else waits behind a question that cannot be answered: it is asked again later, and was no look.

    Raises the error again where no question would have been answered.
    """
    if error.at_all:
        raise error
    metrics.INQUIRIES.labels(about, "unheard").inc()
    log.warning("Twilio cannot answer about a text", extra={"action": "inquiry_postponed", "why": str(error)})
    return [
        Happening(text_id=text.text.text_id, evidence=Looked(look=text.looks, again_at=_again(text, rhythm, now)))
        for text in texts
    ]


def _told(text: Entry, message: Message | None, by: KnownBy, again_at: datetime | None) -> Iterable[Happening]:
    """First that it was looked for, so that it is known how often that took; then what was seen."""
    text_id = text.text.text_id
    yield Happening(text_id=text_id, evidence=Looked(look=text.looks + 1, again_at=again_at))
    if message:
        receipt = Receipt(
            message_sid=message.sid,
            delivery=message.delivery,
            error_code=message.error_code,
            known_by=by,
            instead_of=text.message_sid if text.message_sid != message.sid else None,
        )
        yield Happening(text_id=text_id, evidence=receipt)


def _again(text: Entry, rhythm: Rhythm, now: datetime) -> datetime | None:
    return rhythm.next(claimed_at=text.claimed_at or text.text.call_ended_at, now=now)


def _by_numbers(texts: Iterable[Entry]) -> dict[tuple[str, str], list[Entry]]:
    grouped: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in texts:
        grouped[entry.text.sender, entry.text.recipient].append(entry)
    return grouped
