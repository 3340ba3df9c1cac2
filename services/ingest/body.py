"""Reading a request's body: the right kind, no larger than a webhook ever is, and in reasonable time."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from services.ingest.forms import Form
from services.ingest.refusals import Refusal, Refused

MAX_BYTES = 64 * 1024
_MEDIA_TYPE = "application/x-www-form-urlencoded"
_PATIENCE_SECONDS = 5.0


async def read_form(request: Request, *, patience: float = _PATIENCE_SECONDS) -> Form:
    """Raises Refused. Nothing past the limit is held in memory, whatever the headers claim."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise Refused(Refusal.NOT_A_FORM)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    try:
        async with asyncio.timeout(patience):
            return Form.parse(await _read(request))
    except TimeoutError:
        raise Refused(Refusal.TOO_SLOW) from None
    except ClientDisconnect:
        raise Refused(Refusal.CUT_OFF) from None
    except ValueError:
        raise Refused(Refusal.UNREADABLE) from None


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise Refused(Refusal.TOO_LARGE)
    return bytes(body)
