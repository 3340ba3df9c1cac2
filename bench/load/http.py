"""HTTP/1.1 as a load generator needs it: one connection, one request at a time, and nothing parsed that is not needed.

A client library would cost more than the server that is measured.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

_HEAD_ENDS: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class Cut(Exception):  # noqa: N818 - it says what is known
    """The server closed the connection before its answer was complete."""


class Connection(asyncio.Protocol):
    """Keeps alive. `ask` sends a whole request and returns the answer's status."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is not derived from it

    async def ask(self, request: bytes) -> int:
        """Raises Cut."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            raise Cut
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(_HEAD_ENDS)
        if found and len(body) >= length_of(head) and self._answer is not None and not self._answer.done():
            self._received = b""
            self._answer.set_result(status_of(head))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Cut(str(exc)))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def connected(port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


def status_of(head: bytes) -> int:
    return int(head[9:12])


def length_of(head: bytes) -> int:
    """Of the body that follows; 0 where nothing is said, as in a 204."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    return 0
