"""Records as they came from the broker, each validated by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord

from runtime.events import Event

Parse = Callable[[bytes], Event[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """A record before anybody looked into it; `topic` is the logical name, without a namespace.

    `key` is for people and for state, and `value` is empty where there is none; what follows the timestamp is what a
    dead letter needs besides, to give back the record as it was.
    """

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    timestamp_ms: int
    key_bytes: bytes | None = None
    tombstone: bool = False
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @classmethod
    def of(cls, record: ConsumerRecord, *, namespace: str) -> RawRecord:
        """The values of headers are never decoded: one that is not UTF-8 must not cost a batch."""
        return cls(
            topic=record.topic.removeprefix(namespace),
            partition=record.partition,
            offset=record.offset,
            key=(record.key or b"").decode(errors="replace"),
            value=record.value or b"",
            timestamp_ms=record.timestamp,
            key_bytes=record.key,
            tombstone=record.value is None,
            headers=tuple(record.headers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record whose value is an event."""

    raw: RawRecord
    event: Event[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that cannot be handled, and why in words that hold no personal data."""

    record: RawRecord
    reason: str


def read(
    raw: Sequence[RawRecord], parsers: Mapping[str, Parse], explain: Callable[[Exception], str]
) -> tuple[list[Record], list[Rejected]]:
    """The good ones in their order, and the bad ones with the reason."""
    good: list[Record] = []
    bad: list[Rejected] = []
    for record in raw:
        try:
            good.append(Record(raw=record, event=parsers[record.topic](record.value)))
        except ValueError as error:
            bad.append(Rejected(record=record, reason=explain(error)))
    return good, bad
