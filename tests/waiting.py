"""Waiting for a condition instead of sleeping for a guess."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], *, within: float = 30.0) -> None:
    """Return as soon as the condition holds; fail after `within` seconds, generous since machines are shared."""
    async with asyncio.timeout(within):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)
