"""HTTP as uvicorn speaks it, with each answer in one piece."""

from __future__ import annotations

import asyncio
import resource
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FIRST_REQUEST_SECONDS: Final = 10.0
# Each may hold some 100 KiB of what it sends.
_MOST_CONNECTIONS: Final = 1000


class WholeAnswers(HttpToolsProtocol):
    """uvicorn writes an answer's head, then its body: two system calls and two packets for what fits into one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own narrowing
        super().connection_made(cast("asyncio.Transport", _Gathering(transport, self.loop)))
        # uvicorn waits for a first request for ever, and each connection is a descriptor that a caller may need.
        self.first_request_due = self.loop.call_later(_FIRST_REQUEST_SECONDS, self._give_up)
        if len(self.connections) > _most_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self.first_request_due.cancel()
        super().connection_lost(exc)

    @property
    def asks(self) -> bool:
        """Whether there is a request that waits for its answer."""
        return self.cycle is not None and not self.cycle.response_complete

    def _give_up(self) -> None:
        """The head of a request that comes byte by byte is none."""
        if not self.cycle:
            self.transport.close()

    def _make_room(self) -> None:
        """Who asks for nothing gives way, who came first before others: a caller asks at once."""
        others = (each for each in self.connections if isinstance(each, WholeAnswers))
        idle = [each for each in others if not each.asks and not each.transport.is_closing()]
        min(idle, key=lambda each: each.first_request_due.when()).transport.close()


def _most_connections() -> int:
    """Kafka, MongoDB and files need descriptors too."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CONNECTIONS if descriptors == resource.RLIM_INFINITY else min(descriptors // 2, _MOST_CONNECTIONS)


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
