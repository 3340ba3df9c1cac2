"""Topics as declared: the file that stands in the repository, what a declaration tells the broker, who keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.topics import Kept, TopicDeclaration, declared_topics, thin, usual_copies

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


@pytest.mark.parametrize(("brokers", "copies"), [(1, 1), (2, 1), (3, 3), (5, 3)])
def test_three_copies_are_usual_where_there_are_as_many_brokers(brokers: int, copies: int) -> None:
    assert usual_copies(brokers=brokers) == copies


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (Kept(copies=1, confirmed_by=1), ["a.b.v1 has 1 of 3 copies and min.insync.replicas 1"]),
        (Kept(copies=2, confirmed_by=2), ["a.b.v1 has 2 of 3 copies"]),
        (Kept(copies=3, confirmed_by=1), ["a.b.v1 has min.insync.replicas 1"]),
        (Kept(copies=3, confirmed_by=2), []),
        (Kept(copies=4, confirmed_by=3), []),
        (Kept(copies=3, confirmed_by=None), []),
    ],
)
def test_a_topic_that_would_not_outlive_a_broker_is_told_where_there_are_brokers_enough(
    kept: Kept, told: list[str]
) -> None:
    assert thin({"a.b.v1": kept, "c.d.v1": Kept(copies=3, confirmed_by=2)}, brokers=3) == told
    assert thin({"a.b.v1": kept}, brokers=2) == []
