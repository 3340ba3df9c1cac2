"""Batches hold all that has come; how far they went is told now and then, and always at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from runtime.events import Outgoing
from runtime.records import Record
from runtime.service import Service
from tests.integration.runtime.ground import Ground, eventually
from tests.integration.runtime.toy import PINGS, PONGS, Handler, ping, toy
from tests.waiting import until


@dataclass
class Gate:
    """Lets a batch through where it is open, and remembers how large each was."""

    sizes: list[int] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def around(self, handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            self.sizes.append(len(records))
            await self.opened.wait()
            return await handler(records)

        return handle


async def test_what_comes_one_by_one_while_a_batch_is_in_hand_comes_together_after_it(ground: Ground) -> None:
    gate = Gate()
    async with toy(ground.settings(), gate.around).running():
        await ground.say(ping(1))
        await until(lambda: gate.sizes == [1])
        for number in range(2, 12):
            await ground.say(ping(number, f"document {number}"))
        gate.opened.set()
        await ground.heard(PONGS, at_least=11)
    assert gate.sizes == [1, 10]


async def test_of_a_backlog_that_is_handled_in_parts_nothing_is_missing_and_nothing_twice(ground: Ground) -> None:
    gate = Gate()
    gate.opened.set()
    service = toy(ground.settings(), gate.around)
    service._parts.consumers[0]._batch_records = 1000
    await ground.say(*(ping(number, f"document {number}") for number in range(1, 951)))
    async with service.running():
        pongs = await ground.heard(PONGS, at_least=950)
    assert sorted(pong.data.total for pong in pongs) == list(range(1, 951))
    assert max(gate.sizes) < 950 == sum(gate.sizes)
    assert await ground.uncommitted(PINGS.name) == 0


@pytest.fixture
def told_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for the time nor for want of work."""
    monkeypatch.setattr("runtime.progress._SECONDS", 3600)
    monkeypatch.setattr("runtime.consumer._QUIET_MS", 3_600_000)


@pytest.mark.usefixtures("told_seldom")
async def test_after_many_records_it_is_told_and_not_after_each_batch(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.progress.UNTOLD_RECORDS", 30)
    gate = Gate()
    gate.opened.set()
    service = toy(ground.settings(batch_records=10), gate.around)
    await ground.say(*(ping(number) for number in range(1, 91)))
    async with service.running():
        commits = _counted(service)
        await ground.heard(PONGS, at_least=90)
        await until(lambda: len(commits) >= 2)  # the last batch may be told a moment after it has spoken
    assert len(gate.sizes) >= 9
    assert len(commits) <= 4  # the last of them by who stops


async def test_a_service_without_work_has_told_all(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.progress._SECONDS", 3600)
    async with toy(ground.settings()).running():
        await ground.say(ping(1))
        await ground.heard(PONGS, at_least=1)
        await eventually(lambda: _all_told(ground))


@pytest.mark.usefixtures("told_seldom")
async def test_a_service_that_stops_has_told_all(ground: Ground) -> None:
    async with toy(ground.settings()).running():
        for number in range(1, 6):
            await ground.say(ping(number))
        await ground.heard(PONGS, at_least=5)
    assert await ground.uncommitted(PINGS.name) == 0


async def test_a_consumer_that_is_told_to_stop_before_it_has_started_has_nothing_to_drain(ground: Ground) -> None:
    async with asyncio.timeout(5):
        await toy(ground.settings())._parts.consumers[0].drain()


async def _all_told(ground: Ground) -> bool:
    return await ground.uncommitted(PINGS.name) == 0


def _counted(service: Service) -> list[object]:
    consumer = service._parts.consumers[0]._subscriber.consumer
    commit, seen = consumer.commit, []

    async def counting(offsets: object) -> None:
        seen.append(offsets)
        await commit(offsets)

    consumer.commit = counting
    return seen
