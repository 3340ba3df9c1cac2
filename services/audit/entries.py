"""What is written down of a record: its place, its bytes, and the fields that people ask by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from pydantic_core import from_json

from runtime.dead_letters import reason_of
from runtime.events import Event, Fact
from runtime.records import RawRecord
from schemas.catalogue import TOPICS

Entry = dict[str, Any]

_TOPICS: Final = {topic.name: topic for topic in TOPICS}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ENVELOPE: Final = {"id": "event_id", "type": "type", "subject": "subject"}
_DATA: Final = (
    "call_sid",
    "text_id",
    "message_sid",
    "conversation_id",
    "person_id",
    "business_id",
    "reason",
    "verdict",
    "screening",
    "state",
)
# Nothing that people ask by is longer; what is, came from somebody else's hand and stays in the bytes alone.
_LONGEST: Final = 200


def entry_of(record: RawRecord, *, cluster: str) -> Entry:
    """Whatever the bytes are, there is an entry. One without a `problem` can be read as an event of its topic."""
    event = problem = None
    try:
        event = _TOPICS[record.topic].parse(record.value)
    except ValueError as error:
        problem = reason_of(error)
    entry = {
        "_id": f"{cluster}/{record.topic}/{record.partition}/{record.offset}",
        "cluster": cluster,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "appended_ms": record.timestamp_ms,
        "value": record.value,
        "problem": problem,
        **(_asked_by(record.value) if event is None else _asked_by_event(event)),
        **_when(event, record.timestamp_ms),
    }
    return {name: value for name, value in entry.items() if value is not None}


def _asked_by_event(event: Event[Any]) -> dict[str, str]:
    data = event.data
    told = {field: getattr(event, name) for name, field in _ENVELOPE.items()}
    for field in _asked_of(data.__class__):
        if (word := getattr(data, field)) is not None:
            told[field] = str(word)  # not the enum's member: MongoDB would look at each of its parents
    told["reference"] = getattr(getattr(data, "evidence", None), "reference", None)
    return _words(told)


@lru_cache(maxsize=64)
def _asked_of(model: type[Fact]) -> tuple[str, ...]:
    return tuple(field for field in _DATA if field in model.model_fields)


def _asked_by(value: bytes) -> dict[str, str]:
    """Taken from the JSON itself: a record that is no event may still name the call that it is about."""
    try:
        envelope = _object(from_json(value, cache_strings="keys"))
    except ValueError:
        return {}
    data = _object(envelope.get("data"))
    told = {field: envelope.get(name) for name, field in _ENVELOPE.items()}
    told |= {field: data.get(field) for field in _DATA}
    told["reference"] = _object(data.get("evidence")).get("reference")
    return _words(told)


def _words(told: Mapping[str, Any]) -> dict[str, str]:
    return {field: word for field, word in told.items() if isinstance(word, str) and len(word) <= _LONGEST}


def _when(event: Event[Any] | None, appended_ms: int) -> dict[str, Any]:
    """The event's own time, or when the broker took it; `day` is that of UTC."""
    try:
        time = event.time.astimezone(UTC) if event else _EPOCH + timedelta(milliseconds=appended_ms)
    except OverflowError:
        return {}
    return {"time": time, "day": time.date().isoformat()}


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
