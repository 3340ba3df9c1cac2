"""Reads Twilio's list of calls through its own client, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from twilio.base.exceptions import TwilioException

from runtime.secrets import SecretFolder, SecretMissing
from runtime.twilio import Exchange, client_of
from services.ingest.backfill.listed import Leg
from services.ingest.backfill.trouble import Away, Closed
from services.ingest.backfill.windows import Window
from services.ingest.webhook import is_word

# Understood at once, without holding up webhooks for more than some milliseconds.
_PAGE: Final = 200
_CLOSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


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
        exchange = Exchange(self.session, self.base)
        try:
            calls = client_of(account_sid, self.tokens.secrets(account_sid)[0], exchange).calls
            page = await (calls.get_page_async(url) if url else _first(calls, window))
            return Page(legs=[leg for one in page if (leg := _leg(one))], next_url=page.next_page_url)
        except SecretMissing as error:
            raise Closed("there is no auth token for the account") from error
        except (TwilioException, aiohttp.ClientError, OSError, ValueError) as error:
            if exchange.status in _CLOSED:
                raise Closed(f"Twilio answers {exchange.status}: see the account's auth token") from None
            why = f"Twilio answers {exchange.status}" if exchange.status else f"no answer: {type(error).__name__}"
            raise Away(why, retry_after=exchange.retry_after) from None


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
