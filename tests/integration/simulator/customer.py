"""A customer of Twilio's for the tests: takes webhooks, checks their signatures, answers what each test wants."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web
from twilio.request_validator import RequestValidator

TOKEN = "first-token"
ACCOUNT = "AC" + "0a" * 16
NUMBER = "+14155550100"
SHOP = "+14155550111"
CALLER = "+13125550199"


@dataclass(frozen=True, kw_only=True)
class Heard:
    path: str
    params: dict[str, str]
    signed: bool
    token: str


Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(kw_only=True)
class Customer:
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    twiml: dict[str, str] = field(default_factory=dict)
    """By path; without one the answer is an empty Response."""
    replies: dict[str, Reply] = field(default_factory=dict)
    """By path, in place of TwiML."""

    def at(self, path: str) -> str:
        return f"{self.url}/{path}"

    def params(self, path: str) -> list[dict[str, str]]:
        return [heard.params for heard in self.heard if heard.path == path]

    async def take(self, request: web.Request) -> web.StreamResponse:
        path = request.path.strip("/")
        params = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers["X-Twilio-Signature"]
        signed = RequestValidator(TOKEN).validate(str(request.url), params, signature)
        token = request.headers["I-Twilio-Idempotency-Token"]
        self.heard.append(Heard(path=path, params=params, signed=signed, token=token))
        if path in self.replies:
            return await self.replies[path](request)
        return web.Response(text=f"<Response>{self.twiml.get(path, '')}</Response>", content_type="text/xml")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what only the other side of an HTTP connection knows, 5 s at most."""
    async with asyncio.timeout(5):
        while not await condition():  # noqa: ASYNC110  # no event reaches across the connection
            await asyncio.sleep(0.005)
