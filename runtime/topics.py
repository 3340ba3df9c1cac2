"""Topics as declared in deploy/topics.yaml: created by one command, checked by every service at its start."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaTimeoutError, TopicAlreadyExistsError
from pydantic import Field

from runtime.admin import kafka_admin
from runtime.errors import TopicMismatch
from runtime.events import Fact

# A new topic is known to the broker that made it first, and a moment later to all.
_PROPAGATION_SECONDS = 0.1
_KNOWN_WITHIN_SECONDS = 30.0
_COPIES = 3


class TopicDeclaration(Fact):
    """One topic. Its partitions are fixed for the life of a version: more of them is a v2."""

    name: str
    partitions: int = Field(ge=1)
    retention_hours: int | None = Field(default=None, description="absent where compacted")
    cleanup: Literal["delete", "compact"] = "delete"
    max_message_bytes: int | None = Field(default=None, description="the broker's default of 1 MiB where absent")
    personal_data: bool
    writers: tuple[str, ...]
    readers: tuple[str, ...]

    def config(self) -> dict[str, str]:
        """The broker's words for it."""
        size = {"max.message.bytes": str(self.max_message_bytes)} if self.max_message_bytes else {}
        if self.cleanup == "compact":
            return size | {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1"}
        return size | {"cleanup.policy": "delete", "retention.ms": str((self.retention_hours or 168) * 3_600_000)}


def declared_topics(path: Path) -> tuple[TopicDeclaration, ...]:
    document = yaml.safe_load(path.read_text())
    return tuple(TopicDeclaration.model_validate(entry) for entry in document["topics"])


async def create_topics(
    bootstrap: str, topics: Sequence[TopicDeclaration], *, replication: int, namespace: str = ""
) -> None:
    """Creates what is missing; what stands already is left as it is."""
    async with kafka_admin(bootstrap) as admin:
        standing = set(await admin.list_topics())
        also = _confirmed_by(replication)
        new = [
            NewTopic(namespace + t.name, t.partitions, replication, topic_configs=t.config() | also)
            for t in topics
            if namespace + t.name not in standing
        ]
        if new:
            _raise_for(await admin.create_topics(new))
        await _known(admin, [namespace + t.name for t in topics])


def _confirmed_by(replication: int) -> dict[str, str]:
    """With three copies, two must have a record before it is confirmed: by default one would do, on one disk."""
    return {"min.insync.replicas": "2"} if replication >= _COPIES else {}


def _raise_for(response: object) -> None:
    """aiokafka reports each topic's error in the answer and raises none itself."""
    for name, code, message, *_ in response.topic_errors:  # type: ignore[attr-defined]
        if code not in (0, TopicAlreadyExistsError.errno):
            raise TopicMismatch(f"topic {name} could not be created: {message or code}")


async def check_topics(bootstrap: str, topics: Sequence[TopicDeclaration], *, namespace: str = "") -> None:
    """Raises TopicMismatch, naming each topic that is not as declared."""
    async with kafka_admin(bootstrap) as admin:
        found = await _partitions(admin, [namespace + t.name for t in topics])
    wrong = [
        f"{namespace}{t.name} has {found[namespace + t.name]} partitions, {t.partitions} are declared"
        for t in topics
        if found[namespace + t.name] != t.partitions
    ]
    if wrong:
        next_step = "`missedcall topics --create` makes what is missing; another number of partitions is a new version"
        raise TopicMismatch(f"{'; '.join(wrong)}: {next_step}")


async def _known(admin: Any, names: Sequence[str]) -> None:
    missing = list(names)
    try:
        async with asyncio.timeout(_KNOWN_WITHIN_SECONDS):
            while missing:
                missing = [name for name, count in (await _partitions(admin, missing)).items() if not count]
                await asyncio.sleep(_PROPAGATION_SECONDS if missing else 0)
    except TimeoutError as error:
        raise KafkaTimeoutError(f"not there within {_KNOWN_WITHIN_SECONDS:.0f} s: {', '.join(missing)}") from error


async def _partitions(admin: Any, names: Sequence[str]) -> dict[str, int]:
    """How many each topic has; 0 where there is no such topic."""
    if not names:
        return {}  # Kafka takes an empty list for all topics
    found = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics(list(names))}
    return {name: found.get(name, 0) for name in names}
