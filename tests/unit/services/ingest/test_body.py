"""A body that is too large, too slow, cut off or of another kind is refused while it is read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.requests import Request

from services.ingest.body import MAX_BYTES, read_form
from services.ingest.refusals import Refusal, Refused

FORM = "application/x-www-form-urlencoded"


class Sender:
    """Hands over the chunks one by one, then says nothing more unless it has disconnected."""

    def __init__(self, chunks: Iterable[bytes], *, complete: bool = True, disconnects: bool = False) -> None:
        self.left = list(chunks)
        self.complete = complete
        self.disconnects = disconnects

    async def __call__(self) -> dict[str, Any]:
        if self.left:
            chunk = self.left.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(self.left) or not self.complete}
        if not self.disconnects:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}


def request(sender: Sender, *, content_type: str | None = FORM, content_length: str | None = None) -> Request:
    given = {"content-type": content_type, "content-length": content_length}
    headers = [(name.encode(), value.encode()) for name, value in given.items() if value is not None]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, sender)


async def refusal(asked: Request, *, patience: float = 5.0) -> Refusal:
    with pytest.raises(Refused) as refused:
        await read_form(asked, patience=patience)
    return refused.value.refusal


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=UTF-8", FORM.upper()])
async def test_a_form_is_read_chunk_by_chunk(content_type: str) -> None:
    form = await read_form(request(Sender([b"Bo", b"dy=hel", b"lo"]), content_type=content_type))
    assert form.said == {"Body": "hello"}


@pytest.mark.parametrize(
    "content_type", [None, "", "application/json", "multipart/form-data; boundary=x", "text/plain"]
)
async def test_another_content_type_is_refused(content_type: str | None) -> None:
    assert await refusal(request(Sender([b"{}"]), content_type=content_type)) is Refusal.NOT_A_FORM


async def test_a_body_of_exactly_the_limit_is_taken() -> None:
    body = b"Body=".ljust(MAX_BYTES, b"x")
    form = await read_form(request(Sender([body]), content_length=str(len(body))))
    assert len(form.said["Body"]) == MAX_BYTES - len("Body=")


async def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    sender = Sender([b"Body="])
    assert await refusal(request(sender, content_length=str(MAX_BYTES + 1))) is Refusal.TOO_LARGE
    assert sender.left


@pytest.mark.parametrize("content_length", [None, "5"])
async def test_a_body_that_turns_out_too_large_is_read_no_further_than_that(content_length: str | None) -> None:
    sender = Sender([b"x" * 1024] * 1024)
    assert await refusal(request(sender, content_length=content_length)) is Refusal.TOO_LARGE
    assert len(sender.left) == 1024 - MAX_BYTES // 1024 - 1


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    assert await refusal(request(Sender([b"Body="], complete=False)), patience=0.01) is Refusal.TOO_SLOW


async def test_a_body_that_is_cut_off_is_no_fact() -> None:
    assert await refusal(request(Sender([b"Body="], complete=False, disconnects=True))) is Refusal.CUT_OFF


async def test_garbage_is_unreadable() -> None:
    assert await refusal(request(Sender([b"Body=%ff\xff"]))) is Refusal.UNREADABLE
