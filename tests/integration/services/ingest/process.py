"""Ingest as a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientError, ClientSession

from local.ports import free_ports
from tests.integration.services.ingest.door import Answer, Door
from tests.integration.wire import Wire
from tests.unit.services.ingest.webhooks import IDENTITY_KEY, PUBLIC

_ROOT = Path(__file__).parents[4]
SPOOL_KEY = "s" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    process: asyncio.subprocess.Process
    door: Door

    async def answers(self, path: str, said: Mapping[str, str], *, within: float = 30) -> Answer:
        """Its first answer, once it listens."""
        async with asyncio.timeout(within):
            while True:
                try:
                    return await self.door.post(path, said)
                except ClientError:
                    await asyncio.sleep(0.05)

    async def killed(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def ingest(wire: Wire, session: ClientSession, credentials: Path, folder: Path) -> AsyncIterator[Ingest]:
    """With snapshots and a spool in `folder`."""
    (port,) = free_ports(1)
    given = {
        "KAFKA_BOOTSTRAP_SERVERS": wire.stack.kafka,
        "MISSEDCALL_NAMESPACE": wire.namespace,
        "MISSEDCALL_INGEST_PORT": str(port),
        "MISSEDCALL_PUBLIC_URL": PUBLIC,
        "MISSEDCALL_IDENTITY_KEY": IDENTITY_KEY,
        "MISSEDCALL_TWILIO_CREDENTIALS": str(credentials),
        "MISSEDCALL_SNAPSHOTS": str(folder / "snapshots"),
        "MISSEDCALL_SPOOL": str(folder / "spool"),
        "MISSEDCALL_SPOOL_KEY": SPOOL_KEY,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.ingest"), cwd=_ROOT, env=os.environ | given, stderr=asyncio.subprocess.DEVNULL
    )
    running = Ingest(process=process, door=Door(session=session, port=port))
    try:
        yield running
    finally:
        await running.killed()
