"""HTTP as uvicorn speaks it, with each answer in one piece."""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FIRST_REQUEST_SECONDS: Final = 10.0


class WholeAnswers(HttpToolsProtocol):
    """uvicorn writes an answer's head, then its body: two system calls and two packets for what fits into one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own narrowing
        super().connection_made(cast("asyncio.Transport", _Gathering(transport, self.loop)))
        # uvicorn waits for a first request for ever, and each connection is a descriptor that a caller may need.
        self.timeout_keep_alive_task = self.loop.call_later(_FIRST_REQUEST_SECONDS, self.timeout_keep_alive_handler)


class _Gathering:
    """A transport by which all leaves together that is written in one turn of the loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._leave)
        self._parts.append(data)

    def close(self) -> None:
        self._leave()
        self._transport.close()

    def _leave(self) -> None:
        parts, self._parts = self._parts, []
        if parts:
            self._transport.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        """All else is the transport's own."""
        return getattr(self._transport, name)
