"""Our services and their baselines as processes: the same Python, asleep while their work is laid out."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from bench.corner import Corner
from bench.proc import cpu_seconds
from bench.samples.parties import CREDENTIALS, IDENTITY_KEY, PUBLIC_URL
from local.keeper import Command
from local.ports import free_ports
from local.processes import Processes
from local.system import all_ready

# What a sender needs to start, where nothing is posted: nobody listens there.
_NOWHERE: Final = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Processes that run, by name. `group` is the consumer group that they are in, without the namespace."""

    processes: Processes
    group: str

    @property
    def pids(self) -> Mapping[str, int]:
        return self.processes.pids

    @property
    def cpu_seconds(self) -> float:
        """Of all of them together, since their start."""
        return sum(cpu_seconds(pid) for pid in self.pids.values())

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Stopped where they stand, for less than a group waits for a member; then all begin at the same moment."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for name in self.processes.pids:
            self.processes.kill(name, number)


def service_environment(corner: Corner) -> dict[str, str]:
    """What services need besides the corner; each takes from it what it knows."""
    return {
        **corner.environment,
        "MISSEDCALL_IDENTITY_KEY": IDENTITY_KEY,
        "MISSEDCALL_PUBLIC_URL": PUBLIC_URL,
        "MISSEDCALL_TWILIO_CREDENTIALS": str(credentials(corner.ground.folder)),
        "MISSEDCALL_TWILIO_API_BASE": _NOWHERE,
    }


def credentials(folder: Path) -> Path:
    """The folder with the one account's token in it."""
    place = folder / "credentials"
    place.mkdir(mode=0o700, exist_ok=True)
    for account, token in CREDENTIALS.items():
        (place / account).write_text(token)
    return place


@asynccontextmanager
async def running_service(
    corner: Corner, name: str, *, replicas: int = 1, also: Mapping[str, str] | None = None
) -> AsyncIterator[Programs]:
    """The real thing, `python -m services.NAME`, ready."""
    names = {f"{name}-{uuid4().hex[:6]}": port for port in free_ports(replicas)}
    environment = {**service_environment(corner), **(also or {})}
    argv = [sys.executable, "-m", f"services.{name}"]
    commands = [
        Command(name=each, argv=argv, env={**environment, "MISSEDCALL_OPS_PORT": str(port)})
        for each, port in names.items()
    ]
    async with Processes(commands, corner.ground.folder) as processes:
        await all_ready({each: f"http://127.0.0.1:{port}" for each, port in names.items()}, corner.ground.folder)
        yield Programs(processes=processes, group=name)


@asynccontextmanager
async def running_baseline(
    corner: Corner, module: str, *, group: str = "baseline", **told: Any
) -> AsyncIterator[Programs]:
    """A module of bench/baselines. What it is told comes as one JSON object."""
    given = {
        "kafka": corner.ground.stack.kafka,
        "mongodb": corner.ground.stack.mongodb,
        "namespace": corner.namespace,
        "group": group,
        **told,
    }
    command = python_module(f"bench.baselines.{module}", json.dumps(given), name=f"{module}-{uuid4().hex[:6]}")
    async with Processes([command], corner.ground.folder) as processes:
        yield Programs(processes=processes, group=group)


def python_module(module: str, *arguments: str, name: str, env: Mapping[str, str] | None = None) -> Command:
    return Command(name=name, argv=[sys.executable, "-m", module, *arguments], env=env or {})
