"""`python -m bench.load.endpoint`: answers 201 to whatever is POSTed, as Twilio does, and remembers when each came.

`GET /` tells it all: the moment (CLOCK_MONOTONIC, seconds, the same for every process) at which the first byte of each
POST came, by the number it goes to.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any, Final, cast
from urllib.parse import unquote_plus

import uvloop

from bench.load.http import length_of

_MESSAGE: Final = {
    "account_sid": "AC" + "b" * 32,
    "api_version": "2010-04-01",
    "body": "Hi, sorry we missed your call.",
    "date_created": "Thu, 24 Aug 2023 05:01:45 +0000",
    "date_sent": None,
    "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000",
    "direction": "outbound-api",
    "error_code": None,
    "error_message": None,
    "from": "+14155550199",
    "messaging_service_sid": None,
    "num_media": "0",
    "num_segments": "2",
    "price": None,
    "price_unit": None,
    "status": "queued",
    "subresource_uris": {"media": "/2010-04-01/Accounts/AC/Messages/SM/Media.json"},
    "uri": "/2010-04-01/Accounts/AC/Messages/SM.json",
}


class Endpoint(asyncio.Protocol):
    """One connection: a request after the other, none begun before the one before is answered."""

    def __init__(self, came: dict[str, float], delay: float) -> None:
        self._came = came
        self._delay = delay
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is not derived from it

    def data_received(self, data: bytes) -> None:
        if not self._received:
            self._began = time.monotonic()
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if found and len(body) >= length_of(head):
            self._received = b""
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET "):
            self._write(200, json.dumps(self._came))
            return
        self._came[recipient(body)] = self._began
        message = json.dumps({**_MESSAGE, "sid": f"SM{len(self._came):032x}"})
        asyncio.get_running_loop().call_later(self._delay, self._write, 201, message)

    def _write(self, status: int, text: str) -> None:
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        if self._transport is not None:
            self._transport.write((head + text).encode())


def recipient(body: bytes) -> str:
    """The field To of a form."""
    value = next((part[3:] for part in body.split(b"&") if part.startswith(b"To=")), b"")
    return unquote_plus(value.decode())


async def listen(told: dict[str, Any]) -> None:
    came: dict[str, float] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Endpoint(came, told["delay"]), "127.0.0.1", told["port"], backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(listen(json.loads(sys.argv[1])))
