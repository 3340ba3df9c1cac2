"""Records that cannot be handled are kept with their bytes and the reason; too many of them stop the service."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from pydantic import Field, ValidationError

from runtime.dead_letters_count import Counted, DeadLettersCount
from runtime.events import Event, Fact, Outgoing, Topic
from runtime.records import RawRecord, Rejected

# A key stands in a letter three times; no key of ours is longer, and a foreign one must not make it too large.
_SHOWN_KEY: Final = 200


class Header(Fact):
    """Its value is never decoded: any producer may write anything."""

    name: str
    value_base64: str | None = Field(default=None, description="absent where the header has no value")


class DeadLetter(Fact):
    """A record that could not be handled, whole: it can be played again."""

    topic: str
    partition: int
    offset: int
    key: str = Field(description="to be read by people: what is no text is replaced, what is long is cut")
    key_base64: str | None = Field(default=None, description="absent where the record has no key")
    value_base64: str
    tombstone: bool = Field(default=False, description="it has no value, which is another thing than an empty one")
    headers: tuple[Header, ...] = ()
    reason: str

    @property
    def place(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def key_bytes(self) -> bytes | None:
        """None where there was none. Letters of before had the text alone."""
        return b64decode(self.key_base64) if self.key_base64 is not None else self.key.encode() or None

    @property
    def value_bytes(self) -> bytes | None:
        return None if self.tombstone else b64decode(self.value_base64)

    @property
    def header_bytes(self) -> list[tuple[str, bytes | None]]:
        return [(h.name, None if h.value_base64 is None else b64decode(h.value_base64)) for h in self.headers]


def dead_letters_topic(service: str) -> Topic[DeadLetter]:
    return Topic(f"{service}.dead-letters.v1", Event[DeadLetter])


def reason_of(error: Exception) -> str:
    """What is wrong, without a value from the record: those may be somebody's number or words."""
    if isinstance(error, ValidationError):
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'record'}: {p['type']}" for p in problems)
    return type(error).__name__


class DeadLetters:
    """Those of one service."""

    def __init__(self, service: str, count: DeadLettersCount, *, clock: Callable[[], datetime]) -> None:
        self._service = service
        self._topic = dead_letters_topic(service)
        self._count = count
        self._clock = clock

    async def accept(self, rejected: Sequence[Rejected]) -> list[Outgoing]:
        """What to publish for them. Raises TooManyDeadLetters, with nothing committed, when it is past the limit."""
        if not rejected:
            return []
        now = self._clock()
        letters = [self._letter(bad, now) for bad in rejected]
        await self._count.add([_counted(letter) for letter in letters], now=now)
        return [Outgoing.of(letter) for letter in letters]

    def _letter(self, rejected: Rejected, now: datetime) -> Event[DeadLetter]:
        letter = _whole(rejected.record, rejected.reason)
        return self._topic.event(
            letter, source=f"/{self._service}", subject=letter.place, transition="rejected", key=letter.key, time=now
        )


def _whole(record: RawRecord, reason: str) -> DeadLetter:
    return DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key[:_SHOWN_KEY],
        key_base64=_base64(record.key_bytes),
        value_base64=b64encode(record.value).decode(),
        tombstone=record.tombstone,
        headers=tuple(Header(name=name, value_base64=_base64(value)) for name, value in record.headers),
        reason=reason,
    )


def _base64(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()


def _counted(letter: Event[DeadLetter]) -> Counted:
    data = letter.data
    return Counted(
        id=letter.id,
        topic=data.topic,
        partition=data.partition,
        offset=data.offset,
        reason=data.reason,
        at=letter.time,
    )
