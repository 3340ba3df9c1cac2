"""Topics as declared in deploy/topics.yaml: created by one command, checked by every service at its start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, TopicAlreadyExistsError
from pydantic import Field

from runtime.admin import cluster_metadata, kafka_admin
from runtime.errors import TopicMismatch
from runtime.events import Fact

log = logging.getLogger(__name__)

# A new topic is known to the broker that made it first, and a moment later to all.
_PROPAGATION_SECONDS = 0.1
_KNOWN_WITHIN_SECONDS = 30.0
# Where there are as many brokers: what two of three have confirmed outlives any of them, and none stops the others.
_COPIES = 3
_CONFIRMED_BY = 2
_MIN_IN_SYNC: Final = "min.insync.replicas"
# Kafka's own topic, of which most brokers keep some of the many partitions.
_EVERYWHERE: Final = "__consumer_offsets"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How Kafka keeps a topic. `copies`: of the partition with the fewest; `confirmed_by` is None where nobody says."""

    copies: int
    confirmed_by: int | None

    def lacks(self) -> list[str]:
        few = self.copies < _COPIES
        lax = self.confirmed_by is not None and self.confirmed_by < _CONFIRMED_BY
        return [f"{self.copies} of {_COPIES} copies"] * few + [f"{_MIN_IN_SYNC} {self.confirmed_by}"] * lax


def usual_copies(*, brokers: int) -> int:
    """Where nobody says how many."""
    return _COPIES if brokers >= _COPIES else 1


def thin(topics: Mapping[str, Kept], *, brokers: int) -> list[str]:
    """Says of each topic what it lacks, where there are brokers enough."""
    if usual_copies(brokers=brokers) < _COPIES:
        return []
    return [f"{name} has {' and '.join(lacks)}" for name, topic in topics.items() if (lacks := topic.lacks())]


async def create_topics(
    bootstrap: str, topics: Sequence[TopicDeclaration], *, replication: int | None = None, namespace: str = ""
) -> None:
    """Creates what is missing, in as many copies as is usual there; what stands already is left as it is."""
    names = [namespace + t.name for t in topics]
    async with kafka_admin(bootstrap) as admin:
        # Where the number of brokers matters, all topics tell of more of those that are away.
        metadata = await cluster_metadata(admin, names if replication else None)
        standing = _partitions(metadata, names)
        replication = replication or usual_copies(brokers=_brokers(metadata))
        also = _confirmed_by(replication)
        new = [
            NewTopic(name, t.partitions, replication, topic_configs=t.config() | also)
            for name, t in zip(names, topics, strict=True)
            if not standing[name]
        ]
        if new:
            _raise_for(await admin.create_topics(new))
        await _known(admin, names)


def _confirmed_by(replication: int) -> dict[str, str]:
    """With three copies, two must have a record before it is confirmed: by default one would do, on one disk."""
    return {_MIN_IN_SYNC: str(_CONFIRMED_BY)} if replication >= _COPIES else {}


def _raise_for(response: object) -> None:
    """aiokafka reports each topic's error in the answer and raises none itself."""
    for name, code, message, *_ in response.topic_errors:  # type: ignore[attr-defined]
        if code not in (0, TopicAlreadyExistsError.errno):
            raise TopicMismatch(f"topic {name} could not be created: {message or code}")


async def check_topics(
    bootstrap: str, topics: Sequence[TopicDeclaration], *, namespace: str = "", strictly: bool = False
) -> None:
    """Raises TopicMismatch, naming each topic that is not as declared.

    One that a broker would take along is told, and refused only by who is strict: calls come in all the same.
    """
    names = [namespace + t.name for t in topics]
    async with kafka_admin(bootstrap) as admin:
        metadata = await cluster_metadata(admin, [*names, _EVERYWHERE])
        found = _partitions(metadata, names)
        wrong = [
            f"{name} has {len(found[name])} partitions, {t.partitions} are declared"
            for name, t in zip(names, topics, strict=True)
            if len(found[name]) != t.partitions
        ]
        if wrong:
            step = "`missedcall topics --create` makes what is missing; another number of partitions is a new version"
            raise TopicMismatch(f"{'; '.join(wrong)}: {step}")
        lacking = thin(await _kept(admin, found), brokers=_brokers(metadata))
    if lacking and strictly:
        step = "kafka-reassign-partitions.sh adds copies, kafka-configs.sh sets min.insync.replicas to 2"
        raise TopicMismatch(f"{'; '.join(lacking)}: {step}; then `missedcall topics` again")
    if lacking:
        facts = {"action": "topics_thin", "topics": "; ".join(lacking)}
        log.warning("topics have too few copies, see `missedcall topics`", extra=facts)


async def _known(admin: Any, names: Sequence[str]) -> None:
    """To every broker: whoever asks next may come to any of them."""
    missing = list(names)
    try:
        async with asyncio.timeout(_KNOWN_WITHIN_SECONDS):
            while missing := await _unknown(admin, names):  # noqa: ASYNC110 - it happens in other processes
                await asyncio.sleep(_PROPAGATION_SECONDS)
    except TimeoutError as error:
        raise KafkaTimeoutError(f"not there within {_KNOWN_WITHIN_SECONDS:.0f} s: {', '.join(missing)}") from error


async def _unknown(admin: Any, names: Sequence[str]) -> list[str]:
    """To one broker at least. One that went away a moment ago is listed still, and answers nobody."""
    unknown: set[str] = set()
    for broker in (await cluster_metadata(admin))["brokers"]:
        with suppress(KafkaConnectionError, NodeNotReadyError):
            found = _partitions(await cluster_metadata(admin, names, broker=broker["node_id"]), names)
            unknown.update(name for name, partitions in found.items() if not partitions)
    return sorted(unknown)


def _partitions(metadata: Mapping[str, Any], names: Sequence[str]) -> dict[str, list[set[int]]]:
    """Of each topic, and which brokers keep each; none where there is no such topic."""
    found = {
        topic["topic"]: [set(partition["replicas"]) for partition in topic["partitions"]]
        for topic in metadata["topics"]
    }
    return {name: found.get(name, []) for name in names}


async def _kept(admin: Any, found: Mapping[str, Sequence[set[int]]]) -> dict[str, Kept]:
    """What we are not told of a topic's configuration is nothing to complain of."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, {_MIN_IN_SYNC: None}) for name in found]
    confirmed_by = {
        resource[3]: int(entry[1])
        for answer in (await admin.describe_configs(asked) if asked else ())
        for resource in answer.resources
        for entry in resource[4]
    }
    return {
        name: Kept(copies=min(map(len, partitions)), confirmed_by=confirmed_by.get(name))
        for name, partitions in found.items()
    }


def _brokers(metadata: Mapping[str, Any]) -> int:
    """With those that are away: they are named by what they keep."""
    alive = {broker["node_id"] for broker in metadata["brokers"]}
    partitions = [partition for topic in metadata["topics"] for partition in topic["partitions"]]
    return len(alive.union(*(partition["replicas"] for partition in partitions)))
