"""The whole system on this machine: the stack, every service as a process on it, and a Twilio where none is given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from local.errors import LocalStackError
from local.folders import run_folder, runs_folder
from local.jars import Progress, unseen
from local.keys import kept_key, state_folder
from local.layout import SERVICES, Layout, ingests_door, service_of, simulator_command
from local.ports import free_ports
from local.processes import Processes
from local.stack import Stack, running_stack
from runtime.topics import create_topics, declared_topics

TOPICS_FILE: Final = Path(__file__).parent.parent / "deploy" / "topics.yaml"

_READY_SECONDS = 60.0
_ALONE = Layout()
_PROBE_EVERY_SECONDS = 0.05
_LOG_BYTES_SHOWN = 2_000


@dataclass(frozen=True, kw_only=True)
class System:
    """Where everything is. `environment` is what the services were given, secrets among it."""

    stack: Stack
    ingest: str
    simulator: str | None
    ops: Mapping[str, str]
    environment: Mapping[str, str]
    processes: Processes
    folder: Path

    @property
    def pids(self) -> Mapping[str, int]:
        """Of the services alone: the simulator is not one."""
        return {name: pid for name, pid in self.processes.pids.items() if service_of(name) in SERVICES}

    @property
    def credentials(self) -> Path:
        return Path(self.environment["MISSEDCALL_TWILIO_CREDENTIALS"])


@asynccontextmanager
async def running_system(
    environ: Mapping[str, str],
    *,
    speed: float = 1.0,
    keeps: bool = False,
    progress: Progress = unseen,
    layout: Layout = _ALONE,
) -> AsyncIterator[System]:
    """Ready when it is entered; nothing is left of it when it is left, however that happens.

    `keeps`: on servers that are given, what ingest could not tell Kafka is kept for the next time.
    """
    async with running_stack(environ, progress) as stack:
        topics = declared_topics(TOPICS_FILE)
        namespace = environ.get("MISSEDCALL_NAMESPACE", "")
        await create_topics(stack.kafka, topics, replication=layout.replication, namespace=namespace)
        with run_folder(runs_folder()) as folder:
            spool = state_folder(environ) if keeps and stack.kind == "given" else folder
            async with _running_services(stack, folder, spool / "spool", environ, speed=speed, layout=layout) as system:
                yield system


@asynccontextmanager
async def _running_services(
    stack: Stack, folder: Path, spool: Path, environ: Mapping[str, str], *, speed: float, layout: Layout
) -> AsyncIterator[System]:
    ingest_port, simulator_port, *ops_ports = free_ports(2 + len(layout.names()))
    ingest_port = int(environ.get("MISSEDCALL_INGEST_PORT") or ingest_port)
    ops = dict(zip(layout.names(), ops_ports, strict=True))
    simulator = None if environ.get("MISSEDCALL_TWILIO_API_BASE") else f"http://127.0.0.1:{simulator_port}"
    environment = _environment(stack, folder, environ, ingest_port=ingest_port, simulator=simulator)
    environment.setdefault("MISSEDCALL_SPOOL", str(spool))
    with ingests_door(ingest_port) as door:
        commands = [*layout.commands(ops, environment, door)]
        if simulator:
            commands.append(simulator_command(simulator_port, speed))
        async with Processes(commands, folder) as processes:
            addresses = {name: f"http://127.0.0.1:{port}" for name, port in ops.items()}
            await all_ready(addresses, folder)
            yield System(
                stack=stack,
                ingest=f"http://127.0.0.1:{ingest_port}",
                simulator=simulator,
                ops=addresses,
                environment=environment,
                processes=processes,
                folder=folder,
            )


def _environment(
    stack: Stack, folder: Path, environ: Mapping[str, str], *, ingest_port: int, simulator: str | None
) -> dict[str, str]:
    """What is given in the environment is left as it is; the rest is made up for this machine."""
    ours = {
        "MISSEDCALL_INGEST_PORT": str(ingest_port),
        "MISSEDCALL_PUBLIC_URL": f"http://127.0.0.1:{ingest_port}",
        "MISSEDCALL_TWILIO_CREDENTIALS": str(folder / "credentials"),
        "MISSEDCALL_SNAPSHOTS": str(folder / "snapshots"),
    }
    if simulator:
        ours["MISSEDCALL_TWILIO_API_BASE"] = simulator
    for name, key in (("MISSEDCALL_IDENTITY_KEY", "identity-key"), ("MISSEDCALL_SPOOL_KEY", "spool-key")):
        if not environ.get(f"{name}_FILE"):
            ours[name] = environ.get(name) or kept_key(key, environ)
    given = {name: value for name, value in environ.items() if name.startswith("MISSEDCALL_") and value}
    (folder / "credentials").mkdir(mode=0o700)
    return {**ours, **given, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka, "MONGODB_URI": stack.mongodb}


async def all_ready(ops: Mapping[str, str], logs: Path, *, within: float = _READY_SECONDS) -> None:
    """Waits until each service says that it is ready. Raises LocalStackError naming the one that does not."""
    async with ClientSession(timeout=ClientTimeout(total=2)) as session:
        await asyncio.gather(*(_ready(session, name, url, logs, within) for name, url in ops.items()))


async def _ready(session: ClientSession, name: str, url: str, logs: Path, within: float) -> None:
    deadline = time.monotonic() + within
    problems: Sequence[str] = ["it does not answer"]
    while time.monotonic() < deadline:
        try:
            async with session.get(f"{url}/ready") as answer:
                problems = (await answer.json())["problems"]
                if answer.ok:
                    return
        except (ClientError, TimeoutError):
            pass
        await asyncio.sleep(_PROBE_EVERY_SECONDS)
    log = logs / f"{name}.log"
    last = log.read_bytes()[-_LOG_BYTES_SHOWN:].decode(errors="replace") if log.exists() else "(it wrote nothing)"
    raise LocalStackError(f"{name} is not ready after {within:.0f} s: {'; '.join(problems)}. It wrote last:\n{last}")
