"""`missedcall topics` on three brokers: three copies of everything, and who has fewer is told so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from typer.testing import CliRunner, Result

from missedcall.cli import app
from missedcall.topics import TOPICS_FILE
from runtime.admin import kafka_admin
from runtime.topics import check_topics, declared_topics
from tests.drill.kafka_cluster import KafkaCluster, running_kafka_cluster

DECLARED = declared_topics(TOPICS_FILE)


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KafkaCluster]:
    async with running_kafka_cluster(tmp_path_factory.mktemp("three")) as cluster:
        yield cluster


async def topics(cluster: KafkaCluster, namespace: str, *arguments: str) -> Result:
    """As typed by somebody: in a thread, since a command has an event loop of its own."""
    env = {"KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap, "MISSEDCALL_NAMESPACE": namespace}
    return await asyncio.to_thread(CliRunner().invoke, app, ["topics", *arguments], env=env)


async def test_who_says_nothing_gets_three_copies_of_which_two_confirm(cluster: KafkaCluster) -> None:
    created = await topics(cluster, "usual.", "--create")
    assert (created.exit_code, created.stderr) == (0, "")
    names = [f"usual.{topic.name}" for topic in DECLARED]
    async with kafka_admin(cluster.bootstrap) as admin:
        described = await admin.describe_topics(names)
        asked = [ConfigResource(ConfigResourceType.TOPIC, name, {"min.insync.replicas": None}) for name in names]
        [configured] = await admin.describe_configs(asked)
    assert {len(partition["replicas"]) for topic in described for partition in topic["partitions"]} == {3}
    assert {entry[1] for resource in configured.resources for entry in resource[4]} == {"2"}


async def test_each_topic_of_fewer_copies_is_named_with_what_to_do(cluster: KafkaCluster) -> None:
    for arguments in (["--create", "--replication", "1"], []):
        told = await topics(cluster, "thin.", *arguments)
        assert (told.exit_code, told.stdout) == (1, "")
        assert all(f"thin.{topic.name} has 1 of 3 copies" in told.stderr for topic in DECLARED), told.stderr
        assert "kafka-reassign-partitions.sh" in told.stderr


async def test_one_that_is_confirmed_by_a_single_broker_is_named_and_a_service_only_says_so(
    cluster: KafkaCluster, caplog: pytest.LogCaptureFixture
) -> None:
    await topics(cluster, "lax.", "--create")
    name = f"lax.{DECLARED[0].name}"
    async with kafka_admin(cluster.bootstrap) as admin:
        lax = {**DECLARED[0].config(), "min.insync.replicas": "1"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, lax)])
    async with asyncio.timeout(30):  # each broker learns of it by itself
        while (told := await topics(cluster, "lax.")).exit_code == 0:  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.1)
    assert (told.exit_code, told.stderr.count("lax.")) == (1, 1)
    assert f"{name} has min.insync.replicas 1: " in told.stderr
    with caplog.at_level(logging.WARNING, logger="runtime.topics"):
        async with asyncio.timeout(30):
            while not caplog.records:
                await check_topics(cluster.bootstrap, DECLARED, namespace="lax.")
    [record] = caplog.records
    assert (vars(record)["action"], vars(record)["topics"]) == ("topics_thin", f"{name} has min.insync.replicas 1")
