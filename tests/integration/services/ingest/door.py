"""Twilio's side of the door: POSTs webhooks over HTTP, signed for the public URL and sent to where ingest listens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from aiohttp import ClientSession
from yarl import URL

from tests.unit.services.ingest.webhooks import PUBLIC, TOKEN, signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    text: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    session: ClientSession
    port: int

    async def post(self, path: str, said: Mapping[str, str], *, token: str = TOKEN) -> Answer:
        """`path` is what follows the public URL, or a callback URL that ingest issued."""
        path = path.removeprefix(PUBLIC).partition("#")[0]
        signed = signature(token, f"{PUBLIC}{path}", said.items())
        return await self.post_raw(path, urlencode(said).encode(), {"X-Twilio-Signature": signed})

    async def post_raw(self, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        parts = urlsplit(f"http://127.0.0.1:{self.port}{path}")
        started = asyncio.get_running_loop().time()
        async with self.session.post(URL(parts.geturl(), encoded=True), data=body, headers=headers) as answer:
            text = await answer.text()
        return Answer(status=answer.status, text=text, seconds=asyncio.get_running_loop().time() - started)
