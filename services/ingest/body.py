"""Reading a request's body: the right kind, no larger than a webhook ever is, and in reasonable time."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import Receive

from services.ingest.forms import Form
from services.ingest.refusals import Refusal, Refused

MAX_BYTES = 64 * 1024
_MEDIA_TYPE = "application/x-www-form-urlencoded"
_PATIENCE_SECONDS = 5.0


async def read_form(request: Request, *, patience: float = _PATIENCE_SECONDS) -> Form:
    """Raises Refused. Nothing past the limit is held in memory, whatever the headers claim."""
    if header(request, b"content-type").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise Refused(Refusal.NOT_A_FORM)
    declared = header(request, b"content-length")
    if declared.isdecimal() and int(declared) > MAX_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    try:
        async with asyncio.timeout(patience):
            return Form.parse(await _read(request.receive))
    except TimeoutError:
        raise Refused(Refusal.TOO_SLOW) from None
    except ValueError:
        raise Refused(Refusal.UNREADABLE) from None


def header(request: Request, name: bytes) -> str:
    """Empty where it is missing. Names come in lower case; an index of them all would cost more than three looks do."""
    return next((value for each, value in request.scope["headers"] if each == name), b"").decode("latin-1")


async def _read(receive: Receive) -> bytes:
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(Refusal.CUT_OFF)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BYTES:
            raise Refused(Refusal.TOO_LARGE)
    return body
