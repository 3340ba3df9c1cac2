"""A change that a command records takes effect when its service has said it: waited for, for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import typer

_LOOK_SECONDS: Final = 0.05


async def said_in_time(is_said: Callable[[], Awaitable[bool]], *, within_seconds: float) -> bool:
    """Looked at again and again: a change stream would need more rights, for a wait of a moment."""
    try:
        async with asyncio.timeout(within_seconds):
            while not await is_said():  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        return False
    return True


def warn_unless(*, published: bool, service: str) -> None:
    if not published:
        typer.echo(
            f"recorded, not yet in effect: the {service} service does not answer; it takes effect when that runs",
            err=True,
        )
