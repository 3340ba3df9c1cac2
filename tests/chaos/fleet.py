"""Replicas of the sender as processes that die, sleep, wake up and come back."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from local.ports import free_ports
from local.programs import signal_group, spawn
from local.system import all_ready

_ARGV: Final = (sys.executable, "-m", "tests.chaos.mortal")
_PAUSE_SECONDS: Final = 0.05
"""Before a replica that fell comes back: one that cannot start must not take the whole machine."""


class Fleet:
    """Whoever falls is started again at once under its name, for as long as the block lasts."""

    def __init__(self, names: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.names = names
        self._folder = folder
        self._environment = environment
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self._lives: dict[str, Process] = {}
        self._replaced: list[tuple[str, Process]] = []
        self._keeping: list[asyncio.Task[None]] = []
        self.killed = 0
        self.fell = 0
        """Ended by themselves: as who cannot reach its store when it starts."""

    async def __aenter__(self) -> Self:
        for name in self._ports:
            self._lives[name] = await self._started(name)
            self._keeping.append(asyncio.create_task(self._keep(name)))
        await self.ready()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for keeping in self._keeping:
            keeping.cancel()
        await asyncio.wait(self._keeping)
        for _, process in self._everybody():
            signal_group(process, signal.SIGKILL)
            await process.wait()

    async def ready(self) -> None:
        """Waits until every replica is."""
        ops = {name: f"http://127.0.0.1:{port}" for name, port in self._ports.items()}
        await all_ready(ops, self._folder)

    def kill(self, name: str) -> None:
        signal_group(self._lives[name], signal.SIGKILL)

    def sleepers(self) -> list[str]:
        """Those that a SIGSTOP holds, also where a twin stands in their place."""
        return [name for name, process in self._everybody() if _is_stopped(process)]

    def wake(self) -> None:
        for _, process in self._everybody():
            signal_group(process, signal.SIGCONT)

    async def twin(self, name: str) -> None:
        """A second process under the same name, as when a machine was thought dead and was not."""
        self._replaced.append((name, self._lives[name]))
        self._ports[name] = free_ports(1)[0]
        self._lives[name] = await self._started(name)
        self._keeping.append(asyncio.create_task(self._keep(name)))

    def _everybody(self) -> list[tuple[str, Process]]:
        return [*self._lives.items(), *self._replaced]

    async def _keep(self, name: str) -> None:
        process = self._lives[name]
        while True:
            code = await process.wait()
            self.killed += code == -signal.SIGKILL
            self.fell += code != -signal.SIGKILL
            if self._lives[name] is not process:
                return
            await asyncio.sleep(_PAUSE_SECONDS)
            process = self._lives[name] = await self._started(name)

    async def _started(self, name: str) -> Process:
        own = {"MISSEDCALL_INSTANCE": name, "MISSEDCALL_OPS_PORT": str(self._ports[name])}
        environment = {**os.environ, **self._environment, **own}
        return await spawn(_ARGV, log=self._folder / f"{name}.log", env=environment)


def _is_stopped(process: Process) -> bool:
    """As the kernel says in /proc: the state stands after the program's name, which may hold anything."""
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"
