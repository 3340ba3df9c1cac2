"""The catalogue in code and the declaration for the broker say the same."""

from __future__ import annotations

from typing import Any

from runtime.events import Fact, Topic
from runtime.topics import TopicDeclaration, declared_topics
from schemas.catalogue import TOPICS
from schemas.publish import PUBLISHED

DECLARED = {topic.name: topic for topic in declared_topics(PUBLISHED.parents[1] / "deploy" / "topics.yaml")}
SERVICES = {"ingest", "decider", "compliance", "sender", "audit", "businesses"}
OWN = (".due.v1", ".dead-letters.v1")


def data_fields(topic: Topic[Any]) -> set[str]:
    data = topic.model.model_fields["data"].annotation
    assert isinstance(data, type)
    assert issubclass(data, Fact)
    return set(data.model_fields)


def test_every_topic_of_the_catalogue_is_declared_and_no_other_but_the_services_own() -> None:
    shared = {name for name in DECLARED if not name.endswith(OWN)}
    assert shared == {topic.name for topic in TOPICS}


def test_a_services_own_topics_are_written_by_it_alone() -> None:
    for name, topic in DECLARED.items():
        if name.endswith(OWN):
            assert topic.writers == (name.split(".")[0],)


def test_the_audit_reads_every_topic_of_the_catalogue() -> None:
    assert [t.name for t in TOPICS if "audit" not in DECLARED[t.name].readers] == []


def test_writers_and_readers_are_services_that_exist() -> None:
    named = {name for topic in DECLARED.values() for name in (*topic.writers, *topic.readers)}
    assert named <= SERVICES | {"anyone", "operator"}


def test_topics_keyed_by_conversation_have_the_same_partitions() -> None:
    """Else one conversation's records would meet in different processes."""
    by_conversation = [t for t in TOPICS if "conversation_id" in data_fields(t)]
    assert len(by_conversation) == 6
    assert len({DECLARED[t.name].partitions for t in by_conversation}) == 1


def test_topics_that_tables_are_read_from_are_compacted() -> None:
    versioned = {t.name for t in TOPICS if "version" in data_fields(t)}
    assert versioned == {name for name, topic in DECLARED.items() if topic.cleanup == "compact"}


def test_what_is_compacted_has_no_retention_and_everything_else_has_one() -> None:
    def keeps_by_time(topic: TopicDeclaration) -> bool:
        return topic.retention_hours is not None

    assert all(keeps_by_time(topic) is (topic.cleanup == "delete") for topic in DECLARED.values())
