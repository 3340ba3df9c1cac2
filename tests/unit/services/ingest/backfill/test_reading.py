"""How patient a reading is: with Twilio for a minute at most, and at no other account's cost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import cast

import pytest

from services.ingest.backfill.pacing import Paces
from services.ingest.backfill.reading import Reader
from services.ingest.backfill.trouble import Away
from services.ingest.backfill.twilio import CallsList, Page
from services.ingest.backfill.windows import Window
from tests.unit.services.ingest.webhooks import ACCOUNT, NOW, OTHER_ACCOUNT

WINDOW = Window(NOW - timedelta(minutes=15), NOW)
EMPTY = Page(legs=(), next_url=None)


class Listing:
    """Twilio's list: what each request of an account ends with, and when it was made."""

    def __init__(self, *refusals: Away, takes: float = 0) -> None:
        self._refusals = list(refusals)
        self._takes = takes
        self.asked: list[float] = []

    async def page(self, _account_sid: str, _window: Window, _url: str | None) -> Page:
        self.asked.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._takes)
        if self._refusals:
            raise self._refusals.pop(0)
        return EMPTY


async def allowed() -> None:
    pass


async def read(listing: Listing, paces: Paces, account_sid: str = ACCOUNT) -> Sequence[object]:
    calls = cast(CallsList, listing)
    return [page async for page in Reader(calls, account_sid, pace=paces.of(account_sid), allowed=allowed).legs(WINDOW)]


async def test_who_is_asked_to_wait_for_an_hour_gives_up_at_once_and_the_account_rests_for_a_minute() -> None:
    paces, loop = Paces(requests_per_second=100), asyncio.get_running_loop()
    async with asyncio.timeout(5):
        with pytest.raises(Away, match="429"):
            await read(Listing(Away("429", retry_after=3600)), paces)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout_at(loop.time() + 0.1):
            await paces.of(ACCOUNT).rested()
    assert 55 < paces.of(ACCOUNT)._next_at - loop.time() <= 60


async def test_a_wish_for_patience_holds_for_all_runs_of_the_account_and_for_no_other() -> None:
    paces, listing, others = Paces(requests_per_second=100), Listing(Away("429", retry_after=1)), Listing()
    first = asyncio.create_task(read(listing, paces))
    second = asyncio.create_task(read(listing, paces))
    await asyncio.gather(*(read(others, paces, OTHER_ACCOUNT) for _ in range(5)))
    await asyncio.gather(first, second)
    refused, *again = listing.asked
    assert len(again) == 2
    assert min(again) - refused >= 1
    assert max(others.asked) < min(again)


async def test_an_account_that_rests_or_has_much_to_ask_keeps_no_hand_from_another() -> None:
    paces, busy, resting, quick = Paces(requests_per_second=100), Listing(takes=0.5), Listing(), Listing()
    for number in range(5):
        paces.of(f"AC{number}").rest(1)
    before = [
        *(asyncio.create_task(read(busy, paces)) for _ in range(5)),
        *(asyncio.create_task(read(resting, paces, f"AC{number}")) for number in range(5)),
    ]
    await asyncio.sleep(0)
    await read(quick, paces, OTHER_ACCOUNT)
    await asyncio.gather(*before)
    assert quick.asked[0] < busy.asked[1]
    assert quick.asked[0] < min(resting.asked)


async def test_all_runs_of_an_account_share_its_pace() -> None:
    paces, listing = Paces(requests_per_second=20), Listing()
    await asyncio.gather(*(read(listing, paces) for _ in range(5)))
    assert min(later - earlier for earlier, later in pairwise(listing.asked)) >= 0.045
