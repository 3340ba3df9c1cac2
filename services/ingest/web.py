"""The endpoints: each request admitted, handled, answered, counted; each refusal in plain words."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from runtime.dead_letters import reason_of
from schemas.callbacks import CALL_STATUS, DIAL_RESULT, MESSAGE_STATUS
from services.ingest import metrics
from services.ingest.admission import Admission
from services.ingest.handlers import Handlers, nothing_to_say
from services.ingest.refusals import Ignored, Refusal, Refused
from services.ingest.webhook import Webhook

log = logging.getLogger(__name__)

_METHOD_NOT_ALLOWED: Final = 405

Handler = Callable[[Webhook], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def web_app(admission: Admission, handlers: Handlers) -> Starlette:
    endpoints = {
        "/twilio/voice": handlers.voice,
        DIAL_RESULT: handlers.dial_result,
        CALL_STATUS: handlers.call_status,
        "/twilio/message": handlers.message,
        MESSAGE_STATUS: handlers.message_status,
    }
    routes = [Route(path, _endpoint(path, admission, handler), methods=["POST"]) for path, handler in endpoints.items()]
    return Starlette(routes=routes, exception_handlers={HTTPException: _not_an_endpoint})


def _endpoint(path: str, admission: Admission, handler: Handler) -> Endpoint:
    name = path.rpartition("/")[2]

    async def answer(request: Request) -> Response:
        started = time.perf_counter()
        outcome, response = await _answered(name, request, admission, handler)
        metrics.WEBHOOKS.labels(name, outcome).inc()
        metrics.WEBHOOK_SECONDS.labels(name).observe(time.perf_counter() - started)
        return response

    return answer


async def _answered(name: str, request: Request, admission: Admission, handler: Handler) -> tuple[str, Response]:
    """The outcome as it is counted, and the answer."""
    try:
        return "accepted", await handler(await admission.admit(request))
    except Ignored:
        return "ignored", nothing_to_say()
    except Refused as refused:
        return refused.refusal, _refuse(name, refused)
    except Exception as error:  # noqa: BLE001 - whatever it is, the sender gets an answer, and it is counted
        where = "".join(traceback.format_tb(error.__traceback__))
        # The error's own words may quote a form: its kind and place are enough to find it.
        log.error("webhook broke", extra={"action": "webhook_broke", "why": reason_of(error), "where": where})  # noqa: TRY400
        return Refusal.BROKEN, _refuse(name, Refused(Refusal.BROKEN))


async def _not_an_endpoint(_request: Request, error: Exception) -> Response:
    """Counted under one name: a path that somebody makes up is no label."""
    wrong_method = isinstance(error, HTTPException) and error.status_code == _METHOD_NOT_ALLOWED
    refused = Refused(Refusal.NOT_A_POST if wrong_method else Refusal.NO_SUCH_PATH)
    metrics.WEBHOOKS.labels("other", refused.refusal).inc()
    return _refuse("other", refused)


def _refuse(name: str, refused: Refused) -> Response:
    refusal = refused.refusal
    facts = {"action": "webhook_refused", "endpoint": name, "reason": refusal, "about": refused.about}
    log.warning("webhook refused", extra=facts)
    return PlainTextResponse(f"{refusal.sentence}\n", status_code=refusal.status)
