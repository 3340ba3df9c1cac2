"""Connections to Twilio: kept open, with true time limits, and certain about whether a request can have been sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractStreamWriter


class Withheld(Exception):  # noqa: N818 - it says what is known
    """Right before its first byte, a request was not to be made any more."""


@dataclass(slots=True, kw_only=True)
class Wire:
    """One request's own record. Until it is `begun` not a byte was written; from then on, some may have been.

    `still`: asked once, right before that, whether the request is still to be made.
    """

    still: Callable[[], bool] = lambda: True
    begun: bool = False


class Letter(aiohttp.BytesPayload):
    """A request's body. Its headers wait for it: nothing is written before it is, and in one piece with them.

    So this is the last moment there is, after the wait for a connection: between the question and the write nothing is
    awaited.
    """

    def __init__(self, body: bytes, wire: Wire) -> None:
        super().__init__(body)
        self._wire = wire

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Raises Withheld; the connection is then closed unused."""
        if not self._wire.still():
            raise Withheld
        self._wire.begun = True
        await super().write_with_length(writer, content_length)


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
