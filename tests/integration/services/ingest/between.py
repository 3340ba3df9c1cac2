"""Between us and the simulated Twilio: what is asked of its list of calls is written down, and answers are bent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from aiohttp import ClientSession, web

_TIMES = ("date_created", "start_time", "end_time")


@dataclass(slots=True, kw_only=True)
class Between:
    """`older`: by call SID, how much earlier than it did a call is said to have happened.

    `refusals`: status and headers of the next answers. `open_for`: the list answers so often, and then not at all.
    `later`: by account, the seconds that it is always asked to wait.
    """

    twilio: str
    session: ClientSession
    url: str = ""
    older: dict[str, timedelta] = field(default_factory=dict)
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    page_size: int = 2
    open_for: int | None = None
    later: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if seconds := self.later.get(request.match_info["account"]):
            return _refused(429, {"Retry-After": str(seconds)})
        self.times.append(asyncio.get_running_loop().time())
        self.asked.append(request.query.get("StartTime>", "further"))
        if self.open_for is not None and len(self.asked) > self.open_for:
            await asyncio.Event().wait()
        if self.refusals:
            return _refused(*self.refusals.pop(0))
        return await self._passed_on(request)

    async def pass_on(self, request: web.Request) -> web.Response:
        """What is not the list of calls."""
        names = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in names if name in request.headers}
        asked = self.session.request(
            request.method, f"{self.twilio}{request.path_qs}", data=request.content, headers=headers
        )
        async with asked as answer:
            return web.json_response(await answer.json(), status=answer.status)

    async def _passed_on(self, request: web.Request) -> web.Response:
        """Without the filter by time, as coarse as a day's may be; in pages so small that there are several."""
        query = {name: value for name, value in request.query.items() if not name.startswith("StartTime")}
        query["PageSize"] = str(self.page_size)
        authorization = {"Authorization": request.headers["Authorization"]}
        async with self.session.get(f"{self.twilio}{request.path}", params=query, headers=authorization) as answer:
            body = await answer.json()
        for call in body.get("calls", ()):
            self._age(call)
        return web.json_response(body, status=answer.status)

    def _age(self, call: dict[str, Any]) -> None:
        by = self.older.get(call["parent_call_sid"] or call["sid"], timedelta())
        for name in _TIMES:
            if call[name] is not None:
                moment: datetime = parsedate_to_datetime(call[name])
                call[name] = format_datetime(moment - by)


def _refused(status: int, headers: dict[str, str]) -> web.Response:
    return web.json_response({"code": 20429, "message": "no", "status": status}, status=status, headers=headers)


@asynccontextmanager
async def between(twilio: str, session: ClientSession) -> AsyncIterator[Between]:
    own = Between(twilio=twilio, session=session)
    app = web.Application()
    app.router.add_get("/{version}/Accounts/{account}/Calls.json", own.answer)
    app.router.add_route("*", "/{tail:.*}", own.pass_on)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    own.url = f"http://{host}:{port}"
    try:
        yield own
    finally:
        await runner.cleanup()
