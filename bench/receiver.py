"""The local endpoint in Twilio's place: started for as long as a block lasts, and asked what came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from aiohttp import ClientSession

from bench.programs import python_module
from local.errors import LocalStackError
from local.ports import free_ports, listening
from local.processes import Processes

_LOOK_SECONDS: Final = 0.1
_START_SECONDS: Final = 20.0
_PATIENCE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    url: str
    session: ClientSession

    async def came(self) -> dict[str, float]:
        """When each POST began to come in, by the number it goes to; monotonic seconds."""
        async with self.session.get(self.url) as answer:
            found: dict[str, float] = await answer.json()
            return found

    async def all_came(self, count: int, *, within: float = _PATIENCE_SECONDS) -> dict[str, float]:
        """Once there are so many. Raises LocalStackError."""
        came: dict[str, float] = {}
        try:
            async with asyncio.timeout(within):
                while True:
                    came = await self.came()
                    if len(came) >= count:
                        return came
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise LocalStackError(f"of {count} texts {len(came)} were posted within {within:.0f} s") from None


@asynccontextmanager
async def listening_receiver(logs: Path, *, delay: float = 0) -> AsyncIterator[Receiver]:
    """Answers each POST after so many seconds."""
    (port,) = free_ports(1)
    told = json.dumps({"port": port, "delay": delay})
    command = python_module("bench.load.endpoint", told, name=f"endpoint-{uuid4().hex[:6]}")
    async with Processes([command], logs), ClientSession() as session:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                if await listening("127.0.0.1", port):
                    break
                await asyncio.sleep(_LOOK_SECONDS)
        yield Receiver(url=f"http://127.0.0.1:{port}", session=session)
