"""How fast an account's list is asked for, by all that read it together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

# Of all accounts. An answer is understood in the event loop, which webhooks wait for too.
_REQUESTS_AT_ONCE: Final = 4


class Pace:
    """Of one account: one request after the other, so many a second, and none while it rests."""

    def __init__(self, requests_per_second: float, *, hands: asyncio.Semaphore) -> None:
        self._pause = 1 / requests_per_second
        self._hands = hands
        self._turns = asyncio.Lock()
        self._next_at = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Around a request. An account that rests, or has much to ask, keeps no hand from the others."""
        async with self._turns:
            await self.rested()
            async with self._hands:
                self._next_at = asyncio.get_running_loop().time() + self._pause
                yield

    def rest(self, seconds: float) -> None:
        self._next_at = max(self._next_at, asyncio.get_running_loop().time() + seconds)

    async def rested(self) -> None:
        while (seconds := self._next_at - asyncio.get_running_loop().time()) > 0:  # noqa: ASYNC110 - it may be prolonged
            await asyncio.sleep(seconds)


class Paces:
    """Each account's, for as long as the process lives: its runs come and go, and share it."""

    def __init__(self, *, requests_per_second: float) -> None:
        self._requests_per_second = requests_per_second
        self._hands = asyncio.Semaphore(_REQUESTS_AT_ONCE)
        self._of: dict[str, Pace] = {}

    def of(self, account_sid: str) -> Pace:
        if account_sid not in self._of:
            self._of[account_sid] = Pace(self._requests_per_second, hands=self._hands)
        return self._of[account_sid]
