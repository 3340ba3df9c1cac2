"""Topics are created as declared, and a service refuses any other."""

from __future__ import annotations

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from runtime.errors import TopicMismatch
from runtime.topics import TopicDeclaration, check_topics, create_topics, declared_topics
from tests.integration.runtime.ground import Ground
from tests.integration.runtime.toy import toy


def declared(name: str, partitions: int) -> TopicDeclaration:
    return TopicDeclaration(name=name, partitions=partitions, personal_data=False, writers=(), readers=())


async def test_created_twice_is_created_once_and_as_declared(ground: Ground) -> None:
    await ground.create_topics()
    await check_topics(ground.kafka, declared_topics(ground.topics_file), namespace=ground.namespace)


async def test_an_error_names_each_topic_that_is_not_as_declared(ground: Ground) -> None:
    topics = [declared("pings.sent.v1", 5), declared("pongs.sent.v1", 2), declared("none.such.v1", 1)]
    with pytest.raises(TopicMismatch) as mismatch:
        await check_topics(ground.kafka, topics, namespace=ground.namespace)
    assert f"{ground.namespace}pings.sent.v1 has 4 partitions, 5 are declared" in str(mismatch.value)
    assert f"{ground.namespace}none.such.v1 has 0 partitions, 1 are declared" in str(mismatch.value)
    assert "pongs" not in str(mismatch.value)


async def test_checking_creates_nothing(ground: Ground) -> None:
    for _ in range(2):
        with pytest.raises(TopicMismatch, match="has 0 partitions"):
            await check_topics(ground.kafka, [declared("none.such.v1", 1)], namespace=ground.namespace)


async def test_the_broker_keeps_what_was_declared(ground: Ground) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=ground.kafka)
    await admin.start()
    try:
        names = [ground.namespace + name for name in ("rows.changed.v1", "toy.dead-letters.v1")]
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        compacted, letters = [
            {entry[0]: entry[1] for entry in resource[4]}
            for answer in await admin.describe_configs(asked)
            for resource in answer.resources
        ]
    finally:
        await admin.close()
    assert compacted["cleanup.policy"] == "compact"
    assert letters["max.message.bytes"] == "2097152"
    assert letters["retention.ms"] == str(168 * 3_600_000)


async def test_a_name_that_no_broker_takes_is_an_error_that_names_it(ground: Ground) -> None:
    with pytest.raises(TopicMismatch, match="not a name"):
        await create_topics(ground.kafka, [declared("not a name", 1)], replication=1)


async def test_a_service_does_not_start_on_other_topics(ground: Ground) -> None:
    ground.topics_file.write_text(ground.topics_file.read_text().replace("partitions: 4", "partitions: 6"))
    with pytest.raises(TopicMismatch, match=r"pings.sent.v1 has 4 partitions, 6 are declared.*missedcall topics"):
        await toy(ground.settings()).run()
