"""A task of ours ends as cancelled only where that was asked of it."""

from __future__ import annotations

import asyncio

import pytest

from runtime.errors import GivenUp, is_transient
from runtime.tasks import uncancelled


async def given_up() -> None:
    """As a library does that cancels what somebody else awaits."""
    request = asyncio.get_running_loop().create_future()
    request.cancel()
    await request


async def test_what_a_library_gave_up_is_no_cancellation_of_ours_and_is_tried_again() -> None:
    with pytest.raises(GivenUp) as raised:
        await uncancelled(given_up)
    assert is_transient(raised.value)


async def test_who_is_cancelled_ends_as_cancelled() -> None:
    task = asyncio.create_task(uncancelled(asyncio.Event().wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_time_that_ran_out_within_is_neither() -> None:
    async def slow() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await uncancelled(slow)
