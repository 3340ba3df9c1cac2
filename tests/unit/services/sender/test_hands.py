"""What is in hand is seen to its end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.sender.hands import Hands


async def stopped(running: asyncio.Task[None]) -> None:
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_told_to_stop_it_waits_for_what_it_has_and_for_what_that_begins() -> None:
    hands, done, gate = Hands(within=timedelta(seconds=5)), list[str](), asyncio.Event()

    async def last() -> None:
        done.append("last")

    async def first() -> None:
        await gate.wait()
        done.append("first")
        hands.take(last())

    running = asyncio.create_task(hands.run())
    hands.take(first())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert done == ["first", "last"]


async def test_what_takes_too_long_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    hands = Hands(within=timedelta(milliseconds=10))
    running = asyncio.create_task(hands.run())
    endless = hands.take(asyncio.Event().wait())
    await asyncio.sleep(0)
    await stopped(running)
    assert "stopped with texts in hand" in caplog.text
    endless.cancel()


async def test_what_breaks_in_one_of_them_is_told_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    hands = Hands(within=timedelta(seconds=5))

    async def broken() -> None:
        raise RuntimeError("a bug")

    task = hands.take(broken())
    await asyncio.wait([task])
    running = asyncio.create_task(hands.run())
    await asyncio.sleep(0)
    await stopped(running)
    assert "a bug" in caplog.text
