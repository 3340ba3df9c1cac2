"""A TCP door in front of a server, which a test shuts and opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from local.ports import free_ports


class Door:
    """Shut at first: connections are refused, as where no server is."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.rpartition(":")
        self._target_port = int(port)
        self.delay = 0.0  # seconds that each answer takes longer
        (self._port,) = free_ports(1)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def shut(self) -> None:
        """Who is connected is thrown out."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._host, self._target_port)
        self._writers |= {writer, there_writer}
        try:
            await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer, lambda: self.delay))
        finally:
            self._writers -= {writer, there_writer}


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: Callable[[], float] = lambda: 0.0
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            await asyncio.sleep(delay())
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def door_to(target: str) -> AsyncIterator[Door]:
    door = Door(target)
    try:
        yield door
    finally:
        await door.shut()
