"""A stretch of an account's list, page by page: no faster than allowed, and again where Twilio asks for patience."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from random import uniform
from typing import Final

from runtime.retry import full_jitter
from services.ingest.backfill.listed import Leg
from services.ingest.backfill.pacing import Pace
from services.ingest.backfill.trouble import Away
from services.ingest.backfill.twilio import CallsList, Page
from services.ingest.backfill.windows import Window

_TRIES: Final = 6
_BASE_SECONDS: Final = 1.0
_CAP_SECONDS: Final = 30.0
# Whoever is asked to wait for longer gives up for now: why stands in the run, which comes again.
_LONGEST_REST_SECONDS: Final = 60.0


class Reader:
    """Of one account. `allowed` is awaited before each request, and may end the reading by what it raises."""

    def __init__(
        self, calls: CallsList, account_sid: str, *, pace: Pace, allowed: Callable[[], Awaitable[None]]
    ) -> None:
        self._calls = calls
        self._account_sid = account_sid
        self._pace = pace
        self._allowed = allowed

    async def legs(self, window: Window) -> AsyncIterator[Sequence[Leg]]:
        """Page by page. Raises Away when patience is over, and Closed."""
        url: str | None = None
        while True:
            page = await self._patiently(window, url)
            yield page.legs
            if page.next_url is None:
                return
            url = page.next_url

    async def _patiently(self, window: Window, url: str | None) -> Page:
        """It is the account that rests: what Twilio asks for holds for all its runs."""
        waits = full_jitter(uniform, base=_BASE_SECONDS, cap=_CAP_SECONDS)
        tries = 0
        while True:
            try:
                return await self._page(window, url)
            except Away as away:
                tries += 1
                asked = away.retry_after or 0.0
                self._pace.rest(min(max(asked, next(waits)), _LONGEST_REST_SECONDS))
                if tries == _TRIES or asked > _LONGEST_REST_SECONDS:
                    raise

    async def _page(self, window: Window, url: str | None) -> Page:
        async with self._pace.turn():
            await self._allowed()
            return await self._calls.page(self._account_sid, window, url)
