"""The JSON Schemas of the topics, as they are published: what anyone who joins can rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from runtime.events import Topic
from schemas.catalogue import TOPICS

PUBLISHED: Final = Path(__file__).parent / "published"


def json_schemas() -> dict[str, dict[str, Any]]:
    """By topic; each says what a consumer accepts, so a field with a default is not required."""
    return {topic.name: _schema(topic) for topic in TOPICS}


def published_schema(folder: Path, topic: str) -> dict[str, Any] | None:
    """As it was published; None for a topic that was not yet."""
    try:
        schema: dict[str, Any] = json.loads(_file(folder, topic).read_text())
    except FileNotFoundError:
        return None
    return schema


def write_schemas(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for topic, schema in json_schemas().items():
        path = _file(folder, topic)
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
        written.append(path)
    return written


def _file(folder: Path, topic: str) -> Path:
    return folder / f"{topic}.json"


def _schema(topic: Topic[Any]) -> dict[str, Any]:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{topic.name}.json"}
    return dialect | topic.model.model_json_schema() | {"title": topic.name}
