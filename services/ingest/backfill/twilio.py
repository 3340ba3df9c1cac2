"""Reads Twilio's list of calls through its own client, a page at a time."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from runtime.secrets import SecretFolder, SecretMissing
from services.ingest.backfill.listed import Leg
from services.ingest.backfill.trouble import Away, Closed
from services.ingest.backfill.windows import Window
from services.ingest.webhook import is_word

_TWILIO: Final = "https://api.twilio.com"
# Understood at once, without holding up webhooks for more than some milliseconds.
_PAGE: Final = 200
_CLOSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_log: Final = logging.getLogger(__name__)


class Exchange(AsyncHttpClient):  # type: ignore[misc] # twilio ships no types
    """One question and its answer, for the twilio client to speak through. It logs nothing: answers hold numbers."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        super().__init__(_log, is_async=True)
        self._session = session
        self._base = base
        self.status = 0
        self.retry_after: float | None = None

    async def request(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_unused: object,
    ) -> Response:
        """Raises what aiohttp raises. The session's own time limits hold, for every request."""
        if not uri.startswith(_TWILIO):
            raise RuntimeError("Twilio's client asked for another host than the one we are told to speak to")
        authorization = aiohttp.encode_basic_auth(*(auth or ("", "")))
        request = self._session.request(
            method,
            self._base + uri.removeprefix(_TWILIO),
            params=params,
            headers={**(headers or {}), "Authorization": authorization},
            allow_redirects=False,
        )
        async with request as answer:
            self.status, self.retry_after = answer.status, _seconds(answer.headers.get("Retry-After"))
            return Response(answer.status, await answer.text(), answer.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`next_url` leads to the page after it, None is the end."""

    legs: Sequence[Leg]
    next_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsList:
    """`base` may be another Twilio than the real one."""

    tokens: SecretFolder
    session: aiohttp.ClientSession
    base: str | None

    async def page(self, account_sid: str, window: Window, url: str | None) -> Page:
        """The first one of a window, or the one at this URL. Raises Away, and Closed for what no waiting mends."""
        exchange = Exchange(self.session, (self.base or _TWILIO).rstrip("/"))
        try:
            calls = self._client(account_sid, exchange).calls
            page = await (calls.get_page_async(url) if url else _first(calls, window))
            return Page(legs=[leg for one in page if (leg := _leg(one))], next_url=page.next_page_url)
        except SecretMissing as error:
            raise Closed("there is no auth token for the account") from error
        except (TwilioException, aiohttp.ClientError, OSError, ValueError) as error:
            if exchange.status in _CLOSED:
                raise Closed(f"Twilio answers {exchange.status}: see the account's auth token") from None
            why = f"Twilio answers {exchange.status}" if exchange.status else f"no answer: {type(error).__name__}"
            raise Away(why, retry_after=exchange.retry_after) from None

    def _client(self, account_sid: str, exchange: Exchange) -> Client:
        # Not our environment, where a region or an edge would lead it to another host; an empty one counts as none.
        environment = {"": ""}
        return Client(account_sid, self.tokens.secrets(account_sid)[0], http_client=exchange, environment=environment)


def _first(calls: Any, window: Window) -> Any:
    """Whole seconds, so a little more than asked for, and a child leg starts after its call. By the start alone: calls
    that nobody answered may have no end in the list.
    """
    until = window.with_legs.until + timedelta(seconds=1)
    return calls.page_async(start_time_after=window.since, start_time_before=until, page_size=_PAGE)


def _leg(one: Any) -> Leg | None:
    """None for what names no call, or no time: nothing could be made of it."""
    started_at = one.start_time or one.date_created
    if started_at is None or not is_word(one.sid or ""):
        return None
    seconds = int(one.duration) if str(one.duration or "").isdecimal() else None
    return Leg(
        sid=one.sid,
        parent_sid=one.parent_call_sid or None,
        account_sid=one.account_sid or "",
        caller=one._from or "",  # noqa: SLF001 - twilio's name for it
        called=one.to or "",
        direction=one.direction or "",
        status=str(one.status),
        started_at=started_at,
        ended_at=one.end_time or started_at + timedelta(seconds=seconds or 0),
        seconds=seconds,
        forwarded_from=one.forwarded_from or None,
        stir=one.stir_verstat or None,
    )


def _seconds(retry_after: str | None) -> float | None:
    """Twilio says it in seconds; a date, which HTTP would allow, is passed over."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
