"""A stretch of an account's list, page by page: no faster than allowed, and again where Twilio asks for patience."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from random import uniform
from typing import Final

from runtime.retry import full_jitter
from services.ingest.backfill.listed import Leg
from services.ingest.backfill.trouble import Away
from services.ingest.backfill.twilio import CallsList, Page
from services.ingest.backfill.windows import Window

_TRIES: Final = 6
_BASE_SECONDS: Final = 1.0
_CAP_SECONDS: Final = 30.0


class Reader:
    """Of one account. `turn` is awaited before each request, and may end the reading by what it raises."""

    def __init__(
        self, calls: CallsList, account_sid: str, *, requests_per_second: float, turn: Callable[[], Awaitable[None]]
    ) -> None:
        self._calls = calls
        self._account_sid = account_sid
        self._pause = 1 / requests_per_second
        self._turn = turn
        self._next_at = 0.0

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
        waits = full_jitter(uniform, base=_BASE_SECONDS, cap=_CAP_SECONDS)
        for _ in range(_TRIES - 1):
            try:
                return await self._page(window, url)
            except Away as away:
                await asyncio.sleep(max(away.retry_after or 0.0, next(waits)))
        return await self._page(window, url)

    async def _page(self, window: Window, url: str | None) -> Page:
        await self._turn()
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next_at - loop.time()))
        self._next_at = loop.time() + self._pause
        return await self._calls.page(self._account_sid, window, url)
