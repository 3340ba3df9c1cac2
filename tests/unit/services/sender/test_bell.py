"""The bell that wakes loops."""

from services.sender.bell import Bell


async def test_rung_before_anybody_waits_it_wakes_whoever_waits_next() -> None:
    bell = Bell()
    bell.ring()
    assert await bell.heard(within=3600)


async def test_unrung_it_lets_the_loop_look_by_itself() -> None:
    assert not await Bell().heard(within=0.001)
