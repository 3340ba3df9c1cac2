"""What chaos happens on: a Kafka and a mongod of its own, which it may stop, and a Twilio in a process of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.folders import cache_folder, run_folder, runs_folder
from local.kafka import running_kafka
from local.layout import simulator_command
from local.mongo import running_mongod
from local.ports import free_ports, listening
from local.programs import answering, running_program
from local.stack import Stack
from simulator.client import SimulatorClient

SPEED: Final = 20.0
"""Of Twilio's carriers: a text is delivered after some 50 ms."""
_START_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The pids are those of servers that nobody else uses."""

    stack: Stack
    folder: Path
    kafka_pid: int
    mongod_pid: int


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    with run_folder(runs_folder()) as folder:
        async with _servers(folder) as own:
            yield own


@asynccontextmanager
async def _servers(folder: Path) -> AsyncIterator[Ground]:
    async with (
        running_kafka(folder / "kafka", cache_folder({})) as kafka,
        running_mongod(folder / "mongodb") as mongod,
    ):
        assert kafka.pid is not None
        assert mongod.pid is not None
        yield Ground(
            stack=Stack(kafka=kafka.address, mongodb=mongod.address, kind="native"),
            folder=folder,
            kafka_pid=kafka.pid,
            mongod_pid=mongod.pid,
        )


@asynccontextmanager
async def twilio(folder: Path) -> AsyncIterator[SimulatorClient]:
    (port,) = free_ports(1)
    argv = simulator_command(port, SPEED).argv
    async with running_program("the simulator", argv, log=folder / "simulator.log") as program:
        await answering(program, lambda: listening("127.0.0.1", port), within=_START_SECONDS)
        async with SimulatorClient.connected(f"http://127.0.0.1:{port}") as client:
            yield client
