"""One process of ours, kept running: when it dies by itself it is started again, until it is told to stop."""

import asyncio
import logging
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from local.programs import signal_group, spawn

_log = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_STEADY_SECONDS = 10.0  # who lived this long did not die of how it was started


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run under which name; `env` is added to our own environment, `fds` are inherited."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    fds: Sequence[int] = ()


class Keeper:
    """Not started twice: `start`, then `stop` or `restart`."""

    def __init__(self, command: Command, log: Path) -> None:
        self._command = command
        self._log_file = log
        self._process: Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """None while there is no process: before the start, after the stop, in the pause between two lives."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        self._process = await self._spawn()
        self._keeping = asyncio.create_task(self._keep(self._process), name=f"keep {self._command.name}")

    async def stop(self, grace: float) -> None:
        """SIGTERM, `grace` seconds to end well, then SIGKILL; at once if we are cancelled while we wait."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._process is not None:
            await _ended(self._process, grace)

    async def restart(self, grace: float) -> None:
        await self.stop(grace)
        await self.start()

    def signal(self, number: signal.Signals) -> None:
        """Reach the process if there is one; if it dies of this, it is started again."""
        if self._process is not None:
            signal_group(self._process, number)

    async def _keep(self, process: Process) -> None:
        clock, pause = asyncio.get_running_loop().time, _FIRST_PAUSE_SECONDS
        while True:
            born = clock()
            code = await process.wait()
            if clock() - born >= _STEADY_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            _log.warning("%s ended with %d: starting it again in %.1f s", self._command.name, code, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            process = self._process = await self._spawn()

    async def _spawn(self) -> Process:
        command = self._command
        return await spawn(command.argv, log=self._log_file, env={**os.environ, **command.env}, fds=command.fds)


async def _ended(process: Process, grace: float) -> None:
    signal_group(process, signal.SIGTERM)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await process.wait()
    finally:
        signal_group(process, signal.SIGKILL)
        await process.wait()
