"""The envelope of every record: CloudEvents 1.0, structured JSON, and the topics that carry it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha1
from typing import Generic, Literal, Self, TypeVar
from uuid import NAMESPACE_URL, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict

from runtime.errors import ForeignEvent


class Fact(BaseModel):
    """A frozen part of an event. What a later version adds is ignored, never refused.

    An error about it names the field and never the value, which may be somebody's number or words.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


DataT = TypeVar("DataT", bound=Fact)


class Event(Fact, Generic[DataT]):
    """One record's value. Everything stands here: consumers never need a header."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    time: AwareDatetime
    subject: str
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str
    traceparent: str | None = None
    data: DataT


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A record as it will be published: once stored, these very bytes are what is sent, however often."""

    topic: str
    key: str
    id: str
    value: bytes

    @classmethod
    def of(cls, event: Event[DataT]) -> Self:
        value = event.model_dump_json(exclude_none=True).encode()
        return cls(topic=event.type, key=event.partitionkey, id=event.id, value=value)


@dataclass(frozen=True, slots=True)
class Topic(Generic[DataT]):
    """A topic's name and what its records hold."""

    name: str
    model: type[Event[DataT]]

    def event(
        self,
        data: DataT,
        *,
        source: str,
        subject: str,
        transition: str,
        key: str,
        time: datetime,
        traceparent: str | None = None,
    ) -> Event[DataT]:
        """The event's id follows from topic, subject and transition: said twice, it is the same event."""
        return self.model(
            id=event_id(self.name, subject, transition),
            source=source,
            type=self.name,
            time=time,
            subject=subject,
            partitionkey=key,
            traceparent=traceparent,
            data=data,
        )

    def parse(self, value: bytes) -> Event[DataT]:
        """Raises pydantic.ValidationError, or ForeignEvent."""
        event = self.model.model_validate_json(value)
        if event.type != self.name:
            raise ForeignEvent(f"an event of another type was found on {self.name!r}")
        return event


def event_id(topic: str, subject: str, transition: str) -> str:
    """A UUID of version 5, as `uuid.uuid5` makes it, in a third of the time: every event needs one."""
    digest = sha1(_namespace(topic) + f"{subject}|{transition}".encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) % 4]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


@lru_cache(maxsize=64)  # there are some 20 topics, and every event asks for that of one
def _namespace(topic: str) -> bytes:
    return uuid5(NAMESPACE_URL, topic).bytes
