"""Records of those who come one by one: at once where nothing is on its way, else together with others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from runtime.errors import NotPublished, TooLarge
from runtime.events import Outgoing
from runtime.gathered import Gathered
from runtime.publish import Publisher

PATIENT = 60.0


def record(name: str) -> Outgoing:
    return Outgoing(topic="t", key="k", id=name, value=b"")


class Broker(Publisher):
    """Each request waits to be let go, and fails as it is told to."""

    def __init__(self) -> None:
        super().__init__("nowhere:1", client_id="test")
        self.requests: list[list[str]] = []
        self.open = asyncio.Event()
        self.fails: Callable[[Sequence[str]], Exception | None] = lambda _: None

    async def publish(self, records: Sequence[Outgoing], *, within: float = 10) -> None:
        ids = [record.id for record in records]
        self.requests.append(ids)
        async with asyncio.timeout(within):
            await self.open.wait()
        if failure := self.fails(ids):
            raise failure


async def asked(gathered: Gathered, *names: str, within: float = PATIENT) -> list[asyncio.Task[None]]:
    """In this order, each as far as it comes without waiting."""
    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(gathered.publish([record(name)], within=within)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return tasks


async def test_what_comes_while_one_is_on_its_way_travels_next_together_in_its_order() -> None:
    broker = Broker()
    tasks = await asked(Gathered(broker), "1", "2", "3")
    assert broker.requests == [["1"]]
    broker.open.set()
    await asyncio.gather(*tasks)
    assert broker.requests == [["1"], ["2", "3"]]


async def test_a_failure_is_told_to_those_who_travelled_together_and_to_nobody_else() -> None:
    broker = Broker()
    broker.fails = lambda ids: NotPublished("away") if "2" in ids else None
    tasks = await asked(Gathered(broker), "1", "2", "3")
    broker.open.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(failure) for failure in told] == [type(None), NotPublished, NotPublished]
    await asyncio.gather(*await asked(Gathered(broker), "4"))


async def test_one_that_is_too_large_fails_alone() -> None:
    broker = Broker()
    broker.fails = lambda ids: TooLarge("large") if "2" in ids else None
    tasks = await asked(Gathered(broker), "1", "2", "3")
    broker.open.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(failure) for failure in told] == [type(None), TooLarge, type(None)]


async def test_nobody_waits_longer_than_they_said_and_what_nobody_waits_for_is_not_sent() -> None:
    broker = Broker()
    gathered = Gathered(broker)
    patient = await asked(gathered, "1")
    with pytest.raises(NotPublished):
        await gathered.publish([record("2")], within=0.01)
    broker.open.set()
    await asyncio.gather(*patient, *await asked(gathered, "3"))
    assert broker.requests == [["1"], ["3"]]


async def test_nobody_waits_behind_many_that_may_take_their_time() -> None:
    broker = Broker()
    gathered = Gathered(broker)
    many = asyncio.create_task(gathered.publish([record("1"), record("2")], within=PATIENT))
    one = await asked(gathered, "3")
    assert broker.requests == [["1", "2"], ["3"]]
    broker.open.set()
    await asyncio.gather(many, *one)
