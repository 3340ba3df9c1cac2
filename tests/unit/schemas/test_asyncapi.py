"""The AsyncAPI document is whole: what it refers to is there, and it says what the declarations say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from runtime.topics import declared_topics
from schemas.asyncapi import asyncapi
from schemas.catalogue import TOPICS
from schemas.publish import PUBLISHED

DECLARED = declared_topics(PUBLISHED.parents[1] / "deploy" / "topics.yaml")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi(TOPICS, DECLARED)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)


def test_it_has_what_asyncapi_3_requires(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert document["info"].keys() >= {"title", "version"}
    assert all(op["action"] in {"send", "receive"} and "channel" in op for op in document["operations"].values())
    assert all(channel["address"] and channel["messages"] for channel in document["channels"].values())


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(references(document))
    assert len(found) > 2 * len(TOPICS)
    for reference in found:
        if reference.startswith("#/"):
            place = document
            for name in reference[2:].split("/"):
                place = place[name]
        else:
            assert (PUBLISHED / reference).is_file(), reference


def test_every_writer_sends_and_every_reader_receives(document: dict[str, Any]) -> None:
    names = {topic.name for topic in TOPICS}
    shared = [topic for topic in DECLARED if topic.name in names]
    sends = {f"{writer}.sends.{t.name}" for t in shared for writer in t.writers}
    receives = {f"{reader}.receives.{t.name}" for t in shared for reader in t.readers}
    assert {n for n, op in document["operations"].items() if op["action"] == "send"} == sends
    assert {n for n, op in document["operations"].items() if op["action"] == "receive"} == receives


def test_what_is_published_is_what_the_declarations_say_now(document: dict[str, Any]) -> None:
    """Where this fails: `missedcall schemas --write schemas/published`, and look at the difference."""
    assert yaml.safe_load((PUBLISHED / "asyncapi.yaml").read_text()) == document
