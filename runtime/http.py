"""HTTP as uvicorn speaks it, with each answer in one piece, and an end to what a caller may begin and not end."""

from __future__ import annotations

import asyncio
import resource
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD_SECONDS: Final = 10.0
# Of a request, all but its body: that is whoever reads it's to bound. Twilio's have some 2 KiB.
_MOST_BYTES_BESIDE_BODY: Final = 64 * 1024
# uvloop reads up to 256 KiB at once, of which headers of four bytes each would become many times that.
_PIECE_BYTES: Final = 16 * 1024
# Each may hold some 100 KiB of what it sends.
_MOST_CONNECTIONS: Final = 1000


class WholeAnswers(HttpToolsProtocol):
    """uvicorn writes an answer's head, then its body: two system calls and two packets for what fits into one.

    And it waits for ever, and with any memory, for the end of a head, and of a body that it has answered already. The
    bounds cost a request that comes in one read, as a webhook does, some comparisons and no timer.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own narrowing
        super().connection_made(cast("asyncio.Transport", _Gathering(transport, self.loop)))
        # uvicorn waits for a first request for ever, and each connection is a descriptor that a caller may need.
        self.came_at = self.loop.time()
        self.request: object = None
        self.bytes_beside_body = 0
        self.head_due = self.loop.call_later(_HEAD_SECONDS, self._give_up)
        if len(self.connections) > _most_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self.head_due.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if len(data) > _PIECE_BYTES:
            self._in_pieces(data)
            return
        idle = self.timeout_keep_alive_task
        super().data_received(data)
        scope, cycle = self.scope, self.cycle
        if scope is not self.request:
            # What came together with its first byte is not counted: it may be the end of another's body.
            self.request, self.bytes_beside_body = scope, 0
            if cycle is None or cycle.scope is not scope:
                self._await_head()
            return
        self.bytes_beside_body += len(data)
        if self.bytes_beside_body > _MOST_BYTES_BESIDE_BODY:
            self.transport.close()
        if idle is not None:
            self._await_no_longer_than(idle)

    def on_body(self, body: bytes) -> None:
        self.bytes_beside_body -= len(body)
        super().on_body(body)

    @property
    def asks(self) -> bool:
        """Whether there is a request that waits for its answer."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _head_is_whole(self) -> bool:
        """uvicorn makes a request's scope at its first byte, and the cycle that has it when its head is whole."""
        return self.cycle is not None and self.cycle.scope is self.scope

    def _in_pieces(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE_BYTES):
            if not self.transport.is_closing():
                self.data_received(data[start : start + _PIECE_BYTES])

    def _await_no_longer_than(self, idle: asyncio.TimerHandle) -> None:
        """The rest of what is answered already, or an empty line, asks nothing: the next question is due as before."""
        if self._head_is_whole and not self.asks:
            self.timeout_keep_alive_task = self.loop.call_at(idle.when(), self.timeout_keep_alive_handler)

    def _await_head(self) -> None:
        self.head_due.cancel()
        self.head_due = self.loop.call_later(_HEAD_SECONDS, self._give_up)

    def _give_up(self) -> None:
        """The head of a request that comes byte by byte is none; but who asked before it gets the answer first."""
        if self._head_is_whole:
            return
        if self.asks:
            self._await_head()
        else:
            self.transport.close()

    def _make_room(self) -> None:
        """Who asks for nothing gives way, who came first before others: a caller asks at once."""
        others = (each for each in self.connections if isinstance(each, WholeAnswers))
        idle = [each for each in others if not each.asks and not each.transport.is_closing()]
        min(idle, key=lambda each: each.came_at).transport.close()


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
