"""Topics as declared in deploy/topics.yaml: created by one command, checked by every service at its start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from pydantic import Field

from runtime.errors import TopicMismatch
from runtime.events import Fact


class TopicDeclaration(Fact):
    """One topic. Its partitions are fixed for the life of a version: more of them is a v2."""

    name: str
    partitions: int = Field(ge=1)
    retention_hours: int | None = Field(default=None, description="absent where compacted")
    cleanup: Literal["delete", "compact"] = "delete"
    personal_data: bool
    writers: tuple[str, ...]
    readers: tuple[str, ...]

    def config(self) -> dict[str, str]:
        """The broker's words for it."""
        if self.cleanup == "compact":
            return {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1"}
        return {"cleanup.policy": "delete", "retention.ms": str((self.retention_hours or 168) * 3_600_000)}


def declared_topics(path: Path) -> tuple[TopicDeclaration, ...]:
    document = yaml.safe_load(path.read_text())
    return tuple(TopicDeclaration.model_validate(entry) for entry in document["topics"])


async def create_topics(
    bootstrap: str, topics: Sequence[TopicDeclaration], *, replication: int, namespace: str = ""
) -> None:
    """Creates what is missing; what stands already is left as it is."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        standing = set(await admin.list_topics())
        new = [
            NewTopic(namespace + t.name, t.partitions, replication, topic_configs=t.config())
            for t in topics
            if namespace + t.name not in standing
        ]
        if new:
            _raise_for(await admin.create_topics(new))
    finally:
        await admin.close()


def _raise_for(response: object) -> None:
    """aiokafka reports each topic's error in the answer and raises none itself."""
    for name, code, message, *_ in response.topic_errors:  # type: ignore[attr-defined]
        if code not in (0, TopicAlreadyExistsError.errno):
            raise TopicMismatch(f"topic {name} could not be created: {message or code}")


async def check_topics(bootstrap: str, topics: Sequence[TopicDeclaration], *, namespace: str = "") -> None:
    """Raises TopicMismatch, naming each topic that is not as declared."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        names = [namespace + t.name for t in topics]
        found = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics(names)}
    finally:
        await admin.close()
    wrong = [
        f"{namespace}{t.name} has {found.get(namespace + t.name, 0)} partitions, {t.partitions} are declared"
        for t in topics
        if found.get(namespace + t.name, 0) != t.partitions
    ]
    if wrong:
        raise TopicMismatch("; ".join(wrong) + ": create them with `missedcall topics`, or declare a new version")
