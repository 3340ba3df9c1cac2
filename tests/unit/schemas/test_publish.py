"""The published schemas are valid JSON Schemas that an event passes and rubbish does not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runtime.events import Outgoing
from schemas.controls import CONTROLS_CHANGED, ControlChanged, ControlScope, Texting
from schemas.publish import json_schemas, published_schema, write_schemas

AT = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(("topic", "schema"), json_schemas().items(), ids=json_schemas())
def test_each_is_a_valid_schema_with_its_topics_name(topic: str, schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert (schema["title"], schema["$id"]) == (topic, f"{topic}.json")


def test_an_event_as_it_is_published_passes_its_schema_and_one_without_data_does_not() -> None:
    data = ControlChanged(scope=ControlScope.EVERYWHERE, texting=Texting.ON, version=1, why="over", changed_at=AT)
    event = CONTROLS_CHANGED.event(data, source="/x", subject="all", transition="1", key="all", time=AT)
    validator = Draft202012Validator(json_schemas()[CONTROLS_CHANGED.name])
    as_json = event.model_dump(mode="json", exclude_none=True)
    assert Outgoing.of(event).topic == CONTROLS_CHANGED.name
    assert validator.is_valid(as_json)
    assert not validator.is_valid({**as_json, "data": {}})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_schemas(tmp_path / "new")
    assert {topic: published_schema(tmp_path / "new", topic) for topic in json_schemas()} == json_schemas()
    assert published_schema(tmp_path, "never.published.v1") is None
