"""Topics as declared: the file that stands in the repository, and what a declaration tells the broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.topics import TopicDeclaration, declared_topics

TOPICS = declared_topics(Path(__file__).parents[3] / "deploy" / "topics.yaml")


def topic(**fields: object) -> TopicDeclaration:
    common = {"name": "a.b.v1", "partitions": 1, "personal_data": False, "writers": (), "readers": ()}
    return TopicDeclaration.model_validate(common | fields)


@pytest.mark.parametrize(
    ("fields", "config"),
    [
        ({"retention_hours": 2}, {"cleanup.policy": "delete", "retention.ms": "7200000"}),
        ({}, {"cleanup.policy": "delete", "retention.ms": "604800000"}),
        ({"cleanup": "compact"}, {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1"}),
    ],
)
def test_a_declaration_in_the_brokers_words(fields: dict[str, object], config: dict[str, str]) -> None:
    assert topic(**fields).config() == config


@pytest.mark.parametrize("declared", TOPICS, ids=lambda declared: declared.name)
def test_dead_letters_have_room_for_any_record_in_base64(declared: TopicDeclaration) -> None:
    is_dead_letters = declared.name.endswith(".dead-letters.v1")
    assert (declared.config().get("max.message.bytes") == "2097152") == is_dead_letters


def test_no_topic_is_declared_twice() -> None:
    assert len({declared.name for declared in TOPICS}) == len(TOPICS)
