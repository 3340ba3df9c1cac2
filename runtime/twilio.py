"""Speaks as Twilio's own client does, over connections of ours: one exchange a request, which knows how it went."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

_TWILIO: Final = "https://api.twilio.com"
_log: Final = logging.getLogger(__name__)


class Exchange(AsyncHttpClient):  # type: ignore[misc] # twilio ships no types
    """One request and its answer, for the twilio client to speak through. It logs nothing: bodies hold numbers.

    `base` may be another Twilio; `letter` makes the request's body of its bytes. `status` is 0 without an answer, and
    `retry_after` in seconds, where Twilio said so.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: str | None,
        *,
        letter: Callable[[bytes], aiohttp.BytesPayload] = aiohttp.BytesPayload,
    ) -> None:
        super().__init__(_log, is_async=True)
        self._session = session
        self._base = (base or _TWILIO).rstrip("/")
        self._letter = letter
        self.status = 0
        self.retry_after: float | None = None

    async def request(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, str | int] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_unused: object,
    ) -> Response:
        """Raises what aiohttp raises. The session's own time limits hold, for every request."""
        if not uri.startswith(_TWILIO):
            raise RuntimeError("Twilio's client asked for another host than the one we are told to speak to")
        request = self._session.request(
            method,
            self._base + uri.removeprefix(_TWILIO),
            params=params,
            data=self._letter(urlencode(data).encode()) if data else None,
            headers={**(headers or {}), "Authorization": aiohttp.encode_basic_auth(*(auth or ("", "")))},
            allow_redirects=False,
        )
        async with request as answer:
            self.status, self.retry_after = answer.status, _seconds(answer.headers.get("Retry-After"))
            return Response(answer.status, await answer.text(), answer.headers)


def client_of(account_sid: str, token: str, exchange: Exchange) -> Client:
    # Not our environment, where a region or an edge would lead it to another host; an empty one counts as none.
    return Client(account_sid, token, http_client=exchange, environment={"": ""})


def _seconds(retry_after: str | None) -> float | None:
    """Twilio says it in seconds; a date, which HTTP would allow, is passed over."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
