"""Places are found by watching tasks; a watched task does what it would have done unwatched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from services.sender.bell import Bell
from tests.chaos.places import watch


async def watched(work: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Any, list[str]]:
    """What a task came to, and the places it came by. The session's loop is left as it was."""
    loop, seen = asyncio.get_running_loop(), list[str]()
    factory = loop.get_task_factory()
    watch(loop, seen.append)
    try:
        return await asyncio.create_task(work()), seen
    finally:
        loop.set_task_factory(factory)


async def rung_later() -> str:
    bell = Bell()
    asyncio.get_running_loop().call_soon(bell.ring)
    await bell.heard(within=30)
    return "heard"


async def test_a_wait_is_a_place_before_it_and_after_it() -> None:
    result, seen = await watched(rung_later)
    assert result == "heard"
    assert [place.partition(" at ")[0] for place in seen] == ["waiting", "going on"]
    assert all("services/sender/bell.py" in place for place in seen)


async def test_a_wait_of_somebody_else_is_none() -> None:
    async def elsewhere() -> None:
        await asyncio.sleep(0)

    assert (await watched(elsewhere))[1] == []


async def test_an_error_and_a_cancellation_reach_the_task_and_leave_it() -> None:
    async def cancelled_inside() -> str:
        bell = Bell()
        task = asyncio.create_task(bell.heard(within=30))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        raise ValueError("its own")

    with pytest.raises(ValueError, match="its own"):
        await watched(cancelled_inside)
