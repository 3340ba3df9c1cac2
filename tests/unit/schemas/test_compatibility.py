"""Within a version fields are only added: the examples that break somebody, and those that do not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from runtime.events import Topic
from schemas.catalogue import TOPICS
from schemas.compatibility import breaks
from schemas.publish import PUBLISHED, json_schemas, published_schema

PUBLISHED_ONCE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "count": {"type": "integer", "minimum": 0, "maximum": 60},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "mode": {"$ref": "#/$defs/Mode"},
        "legs": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Leg"}},
        "numbers": {"type": "array", "items": {"type": "string", "maxLength": 16}},
        "specversion": {"const": "1.0", "type": "string"},
    },
    "required": ["id", "mode"],
    "$defs": {
        "Mode": {"type": "string", "enum": ["forward", "overflow"]},
        "Leg": {"type": "object", "properties": {"status": {"type": "string"}}},
    },
}


def but(path: str, value: Any) -> dict[str, Any]:
    """The published schema with one thing different; None takes it away."""
    *parents, last = path.split("/")
    schema: dict[str, Any] = _copy(PUBLISHED_ONCE)
    place = schema
    for parent in parents:
        place = place[parent]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, list) else value


BREAKING = [
    ("a field was removed", but("properties/count", None), "event.count: was removed"),
    ("a field deep inside was removed", but("$defs/Leg/properties/status", None), "event.legs[].status: was removed"),
    ("a field is newly required", but("required", ["id", "mode", "count"]), "event.count: is newly required"),
    ("a new field is required", but("required", ["id", "mode", "new"]), "event.new: is newly required"),
    ("a field may now be absent", but("required", ["id"]), "event.mode: was always there, and may now be absent"),
    ("another type", but("properties/id/type", "integer"), "event.id: string is no longer allowed"),
    ("null is refused", but("properties/note", {"type": "string"}), "event.note: null is no longer allowed"),
    ("a value was removed", but("$defs/Mode/enum", ["forward"]), "event.mode: the value 'overflow' was removed"),
    ("only some values now", but("properties/id/enum", ["x"]), "event.id: only certain values are allowed now"),
    ("another constant", but("properties/specversion/const", "2.0"), "event.specversion: the value '1.0' was removed"),
    ("a higher minimum", but("properties/count/minimum", 1), "event.count: minimum is narrower"),
    ("a lower maximum", but("properties/count/maximum", 59), "event.count: maximum is narrower"),
    ("a new minimum length", but("properties/id/minLength", 1), "event.id: minLength is narrower"),
    ("a pattern", but("properties/id/pattern", "^b"), "event.id: pattern is narrower"),
    ("a format", but("properties/id/format", "uuid"), "event.id: format is narrower"),
    ("shorter items", but("properties/numbers/items/maxLength", 12), "event.numbers[]: maxLength is narrower"),
    ("unknown fields are refused", but("additionalProperties", value=False), "event[]: any is no longer allowed"),
]
HARMLESS = [
    ("nothing", PUBLISHED_ONCE),
    ("a field was added", but("properties/new", {"type": "string", "default": ""})),
    ("a field was added deep inside", but("$defs/Leg/properties/bridged", {"type": "boolean", "default": False})),
    ("a value was added", but("$defs/Mode/enum", ["forward", "overflow", "observe"])),
    ("a lower minimum", but("properties/count/minimum", -1)),
    ("no maximum any more", but("properties/count/maximum", None)),
    ("a description", but("properties/id/description", "names it")),
    ("written out instead of referred to", but("properties/mode", PUBLISHED_ONCE["$defs"]["Mode"])),
]


@pytest.mark.parametrize(("current", "broken"), [c[1:] for c in BREAKING], ids=[c[0] for c in BREAKING])
def test_a_breaking_change_is_caught_and_named(current: dict[str, Any], broken: str) -> None:
    assert breaks(PUBLISHED_ONCE, current) == [broken]


@pytest.mark.parametrize("current", [c[1] for c in HARMLESS], ids=[c[0] for c in HARMLESS])
def test_what_is_only_added_breaks_nobody(current: dict[str, Any]) -> None:
    assert breaks(PUBLISHED_ONCE, current) == []


def test_models_are_compared_as_pydantic_writes_them_down() -> None:
    class Before(BaseModel):
        name: str
        legs: dict[str, int] = {}

    class After(BaseModel):
        model_config = ConfigDict(extra="forbid")
        name: int
        place: str

    assert breaks(Before.model_json_schema(), After.model_json_schema()) == [
        "event.legs: was removed",
        "event.place: is newly required",
        "event.name: string is no longer allowed",
        "event[]: any is no longer allowed",
    ]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_each_topic_breaks_nobody_who_relies_on_its_published_schema(topic: Topic[Any]) -> None:
    published = published_schema(PUBLISHED, topic.name)
    assert published is not None
    assert breaks(published, json_schemas()[topic.name]) == []


def test_what_is_published_is_what_the_models_say_now() -> None:
    """Where this fails: `missedcall schemas --write schemas/published`, and look at the difference."""
    assert {topic.name: published_schema(PUBLISHED, topic.name) for topic in TOPICS} == json_schemas()
