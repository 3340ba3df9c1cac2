"""Wakes a loop at once when there is work, and lets it look by itself now and then."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung while nobody waits, it wakes whoever waits next: no work is overlooked between looking and waiting."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def heard(self, *, within: float) -> bool:
        """Waits until it was rung since the last time; False when so many seconds were over before."""
        try:
            async with asyncio.timeout(within):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True
