"""The endpoints: each request admitted, handled, answered, counted; each refusal in plain words."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from runtime.dead_letters import reason_of
from schemas.callbacks import CALL_STATUS, DIAL_RESULT, MESSAGE_STATUS
from services.ingest import metrics
from services.ingest.admission import Admission
from services.ingest.handlers import Handlers, nothing_to_say
from services.ingest.refusals import Ignored, Refusal, Refused
from services.ingest.webhook import Webhook

log = logging.getLogger(__name__)

_ACCEPTED: Final = "accepted"

Handler = Callable[[Webhook], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def web_app(admission: Admission, handlers: Handlers) -> ASGIApp:
    """A handful of exact paths: they need neither a router nor middleware, which cost as much as reading the form."""
    by_path = {
        "/twilio/voice": handlers.voice,
        DIAL_RESULT: handlers.dial_result,
        CALL_STATUS: handlers.call_status,
        "/twilio/message": handlers.message,
        MESSAGE_STATUS: handlers.message_status,
    }
    endpoints = {path: _endpoint(path, admission, handler) for path, handler in by_path.items()}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = endpoints.get(scope["path"])
        response: ASGIApp
        if scope["type"] == "websocket":
            response = WebSocketClose()
        elif endpoint is None:
            response = _not_an_endpoint(Refusal.NO_SUCH_PATH)
        elif scope["method"] != "POST":
            response = _not_an_endpoint(Refusal.NOT_A_POST)
        else:
            response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)

    return app


def _endpoint(path: str, admission: Admission, handler: Handler) -> Endpoint:
    name = path.rpartition("/")[2]
    accepted, seconds = metrics.WEBHOOKS.labels(name, _ACCEPTED), metrics.WEBHOOK_SECONDS.labels(name)

    async def answer(request: Request) -> Response:
        started = time.perf_counter()
        outcome, response = await _answered(name, request, admission, handler)
        (accepted if outcome == _ACCEPTED else metrics.WEBHOOKS.labels(name, outcome)).inc()
        seconds.observe(time.perf_counter() - started)
        return response

    return answer


async def _answered(name: str, request: Request, admission: Admission, handler: Handler) -> tuple[str, Response]:
    """The outcome as it is counted, and the answer."""
    try:
        return _ACCEPTED, await handler(await admission.admit(request))
    except Ignored:
        return "ignored", nothing_to_say()
    except Refused as refused:
        return refused.refusal, _refuse(name, refused)
    except Exception as error:  # noqa: BLE001 - whatever it is, the sender gets an answer, and it is counted
        where = "".join(traceback.format_tb(error.__traceback__))
        # The error's own words may quote a form: its kind and place are enough to find it.
        log.error("webhook broke", extra={"action": "webhook_broke", "why": reason_of(error), "where": where})  # noqa: TRY400
        return Refusal.BROKEN, _refuse(name, Refused(Refusal.BROKEN))


def _not_an_endpoint(refusal: Refusal) -> Response:
    """Counted under one name: a path that somebody makes up is no label."""
    metrics.WEBHOOKS.labels("other", refusal).inc()
    return _refuse("other", Refused(refusal))


def _refuse(name: str, refused: Refused) -> Response:
    refusal = refused.refusal
    facts = {"action": "webhook_refused", "endpoint": name, "reason": refusal, "about": refused.about}
    log.warning("webhook refused", extra=facts)
    return PlainTextResponse(f"{refusal.sentence}\n", status_code=refusal.status)
