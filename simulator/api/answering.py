"""How the answer to an accepted message reaches the client, or does not: the faults after acceptance."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulator.api.errors import api_error, rendered
from simulator.faults.plan import Answer, Plan


class CutResponse(JSONResponse):
    """Promises the whole body, sends half of it; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        body = bytes(self.body)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


async def answer(request: Request, whole: JSONResponse, plan: Plan) -> Response:
    await asyncio.sleep(plan.answer_after)
    return await _ANSWERS[plan.answer](request, whole)


async def _whole(_: Request, whole: JSONResponse) -> Response:
    return whole


async def _never(request: Request, whole: JSONResponse) -> Response:
    """Until the client gives up; what is returned then reaches nobody."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return whole


async def _cut(_: Request, whole: JSONResponse) -> Response:
    cut = CutResponse(None, status_code=whole.status_code)
    cut.body, cut.raw_headers = whole.body, whole.raw_headers
    return cut


async def _server_error(_: Request, __: JSONResponse) -> Response:
    return rendered(api_error(20500))


_ANSWERS: dict[Answer, Callable[[Request, JSONResponse], Awaitable[Response]]] = {
    Answer.WHOLE: _whole,
    Answer.NEVER: _never,
    Answer.CUT: _cut,
    Answer.SERVER_ERROR: _server_error,
}
