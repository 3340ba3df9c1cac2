"""`missedcall schemas`: the events' JSON Schemas, published so that anyone can join."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
import yaml

from missedcall.failing import fail
from missedcall.topics import TOPICS_FILE
from runtime.topics import declared_topics
from schemas.asyncapi import asyncapi
from schemas.catalogue import TOPICS
from schemas.compatibility import breaks
from schemas.publish import json_schemas, published_schema, write_schemas


def schemas(
    *,
    write: Annotated[Path | None, typer.Option(help="The folder to write them to, as schemas/published.")] = None,
) -> None:
    """Print every topic's JSON Schema as one object, or write them to files, with the AsyncAPI document beside."""
    if write is None:
        typer.echo(json.dumps(json_schemas(), ensure_ascii=False))
        return
    if broken := _broken(write):
        fail("\n".join([*broken, "nothing was written: within a version fields are only added; declare a v2 instead"]))
    written = write_schemas(write)
    document = asyncapi(TOPICS, declared_topics(TOPICS_FILE))
    (write / "asyncapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120))
    typer.echo(f"{len(written)} schemas and asyncapi.yaml were written to {write}")


def _broken(folder: Path) -> list[str]:
    """What would break for those who rely on the schemas that stand in the folder."""
    return [
        f"{topic}: {problem}"
        for topic, current in json_schemas().items()
        if (published := published_schema(folder, topic)) is not None
        for problem in breaks(published, current)
    ]
