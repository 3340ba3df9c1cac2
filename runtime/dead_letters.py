"""Records that cannot be handled are kept with their bytes and the reason; too many of them stop the service."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection
from pydantic import ValidationError
from pymongo import UpdateOne

from runtime.errors import TooManyDeadLetters
from runtime.events import Event, Fact, Outgoing, Topic
from runtime.records import Rejected


class DeadLetter(Fact):
    """A record that could not be handled, whole: it can be played again."""

    topic: str
    partition: int
    offset: int
    key: str
    value_base64: str
    reason: str


def dead_letters_topic(service: str) -> Topic[DeadLetter]:
    return Topic(f"{service}.dead-letters.v1", Event[DeadLetter])


def reason_of(error: Exception) -> str:
    """What is wrong, without a value from the record: those may be somebody's number or words."""
    if isinstance(error, ValidationError):
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'record'}: {p['type']}" for p in problems)
    return type(error).__name__


class DeadLetters:
    """The count stands in MongoDB, so that a restart does not begin it anew."""

    def __init__(
        self,
        service: str,
        counted: AsyncIOMotorCollection[dict[str, Any]],
        *,
        limit: int,
        window: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._service = service
        self._topic = dead_letters_topic(service)
        self._counted = counted
        self._limit = limit
        self._window = window
        self._clock = clock

    async def accept(self, rejected: Sequence[Rejected]) -> list[Outgoing]:
        """What to publish for them. Raises TooManyDeadLetters, with nothing committed, when it is past the limit."""
        if not rejected:
            return []
        now = self._clock()
        letters = [Outgoing.of(self._letter(record, now)) for record in rejected]
        await self._count([letter.id for letter in letters], now)
        return letters

    async def _count(self, ids: Sequence[str], now: datetime) -> None:
        marks = [UpdateOne({"_id": id_}, {"$setOnInsert": {"at": now}}, upsert=True) for id_ in ids]
        await self._counted.bulk_write(marks, ordered=False)
        recent = await self._counted.count_documents({"at": {"$gt": now - self._window}}, limit=self._limit + 1)
        if recent > self._limit:
            raise TooManyDeadLetters(
                f"{self._service}: more than {self._limit} dead letters within {self._window}: nothing further is "
                "handled; look at them with `missedcall dead-letters list`, mend the cause, then start again"
            )

    def _letter(self, rejected: Rejected, now: datetime) -> Event[DeadLetter]:
        record = rejected.record
        place = f"{record.topic}/{record.partition}/{record.offset}"
        letter = DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value_base64=base64.b64encode(record.value).decode(),
            reason=rejected.reason,
        )
        return self._topic.event(
            letter, source=f"/{self._service}", subject=place, transition="rejected", key=record.key, time=now
        )
