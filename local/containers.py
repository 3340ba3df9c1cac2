"""The official images of Kafka and MongoDB through testcontainers, for machines where the native ones do not run.

Each server listens on the same free port inside its container and outside: what it advertises is then true in
both places, and nothing has to be rewritten after the start.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from local.errors import LocalStackError
from local.kafka import groups_ready, settings
from local.mongo import REPLICA_SET, primary
from local.ports import free_ports
from local.programs import Server

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

_KAFKA_IMAGE = "apache/kafka:4.3.0"
_MONGO_IMAGE = "mongo:7"
_SECONDS_TO_START = 120.0  # after the pull
_PROBE_EVERY_SECONDS = 0.2


@asynccontextmanager
async def kafka_container() -> AsyncIterator[Server]:
    broker, controller = free_ports(2)
    container = _container(_KAFKA_IMAGE, broker)
    host = container.get_container_host_ip()
    address = f"{host}:{broker}"
    chosen = settings(address, bind="0.0.0.0", node=1, broker=broker, controller=controller)
    container.with_envs(**_as_environment(chosen))
    async with _running(container, lambda: groups_ready(host, broker)):
        yield Server(address=address)


@asynccontextmanager
async def mongo_container() -> AsyncIterator[Server]:
    (port,) = free_ports(1)
    container = _container(_MONGO_IMAGE, port)
    container.with_command(f"--replSet {REPLICA_SET} --bind_ip_all --port {port}")
    host = container.get_container_host_ip()
    async with _running(container, lambda: primary(host, port, member=f"127.0.0.1:{port}")):
        yield Server(address=f"mongodb://{host}:{port}/?directConnection=true")


def _container(image: str, port: int) -> "DockerContainer":
    # Development extras, absent where servers are given or native.
    from docker.errors import DockerException  # noqa: PLC0415
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415

    try:
        return DockerContainer(image).with_bind_ports(port, port)
    except DockerException as error:
        raise LocalStackError(
            f"No container engine answers ({error}): start one, or unset MISSEDCALL_LOCAL."
        ) from error


@asynccontextmanager
async def _running(container: "DockerContainer", probe: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    try:
        await asyncio.to_thread(container.start)
        await _answering(container.image, probe)
        yield
    finally:
        await asyncio.to_thread(container.stop)


async def _answering(image: str, probe: Callable[[], Awaitable[bool]]) -> None:
    try:
        async with asyncio.timeout(_SECONDS_TO_START):
            while True:
                if await probe():
                    return
                await asyncio.sleep(_PROBE_EVERY_SECONDS)
    except TimeoutError:
        raise LocalStackError(
            f"{image} did not answer within {_SECONDS_TO_START:.0f} s: see its logs in the container engine."
        ) from None


def _as_environment(settings: Mapping[str, str | int]) -> dict[str, str]:
    """As the image reads its settings: `node.id` is KAFKA_NODE_ID."""
    return {f"KAFKA_{name.upper().replace('.', '_')}": str(value) for name, value in settings.items()}
