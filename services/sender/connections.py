"""Connections to Twilio: kept open, with true time limits, and certain about whether a request can have been sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp


@dataclass(slots=True)
class Wire:
    """One request's own record. Until it is connected not a byte was written; from then on, some may have been."""

    connected: bool = False


class Connections:
    """One pool for all accounts. It repeats nothing by itself: aiohttp tries a POST once."""

    def __init__(self, *, connect_seconds: float, read_seconds: float) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=connect_seconds + read_seconds, connect=connect_seconds, sock_read=read_seconds
        )
        self._open: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        """Made when it is first needed, since it belongs to the running loop."""
        if self._open is None:
            self._open = aiohttp.ClientSession(
                # Without a limit: how many POSTs go at once is each account's matter, and none waits for another's.
                connector=aiohttp.TCPConnector(limit=0),
                timeout=self._timeout,
                trace_configs=[_traced()],
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._open

    async def run(self) -> None:
        """Until cancelled: then the connections are closed."""
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self.close()

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()


def _traced() -> aiohttp.TraceConfig:
    """Tells a request's Wire that a connection is in hand, new (TLS included) or kept, before anything is written."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_connected)
    return trace


async def _connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.connected = True
