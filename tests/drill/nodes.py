"""A server of a cluster as a program that dies and comes back where it was."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from local.errors import LocalStackError
from local.programs import signal_group, spawn

_PROBE_EVERY_SECONDS = 0.1


class Node(AbstractAsyncContextManager["Node"]):
    """Its data outlives it, as long as its folder does."""

    def __init__(self, *, address: str, argv: Sequence[str], log: Path) -> None:
        self.address = address
        self._argv = argv
        self._log = log
        self._process: Process | None = None

    async def start(self) -> None:
        self._process = await spawn(self._argv, log=self._log)

    async def kill(self) -> None:
        """By SIGKILL, as when its machine is gone."""
        if self._process is not None:
            signal_group(self._process, signal.SIGKILL)
            await self._process.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.kill()


async def answered(what: str, probe: Callable[[], Awaitable[bool]], *, within: float) -> None:
    """Raises LocalStackError naming what did not come up."""
    try:
        async with asyncio.timeout(within):
            while not await probe():  # noqa: ASYNC110 - a server that starts tells nobody
                await asyncio.sleep(_PROBE_EVERY_SECONDS)
    except TimeoutError:
        raise LocalStackError(f"{what} did not answer within {within:.0f} s") from None
