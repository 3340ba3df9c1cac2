"""A client that many share is started once, made anew when it is given up, and never left without an end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from aiokafka.errors import KafkaConnectionError

from runtime.errors import GivenUp
from runtime.shared_client import SharedClient
from tests.waiting import until


@dataclass(eq=False)
class Client:
    """Starts when it is let; `fails`: how its start ends instead."""

    may_start: asyncio.Event = field(default_factory=asyncio.Event)
    fails: BaseException | None = None
    hangs: bool = False
    ends: list[str] = field(default_factory=list)

    async def start(self) -> None:
        await self.may_start.wait()
        if self.fails:
            raise self.fails

    async def stop(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        self.ends.append("stopped")


async def given_up(client: Client) -> None:
    client.ends.append("given up")


class World:
    """All that were made, in their order."""

    def __init__(self, *clients: Client) -> None:
        self.left = list(clients)
        self.shared = SharedClient(lambda: self.left.pop(0), name="test", given_up=given_up)


def ready(*, hangs: bool = False) -> Client:
    client = Client(hangs=hangs)
    client.may_start.set()
    return client


async def test_all_who_ask_share_one_start_that_goes_on_when_one_has_lost_patience() -> None:
    slow = Client()
    world = World(slow)
    impatient, patient = (asyncio.ensure_future(world.shared.ready()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.wait([impatient])
    slow.may_start.set()
    assert await patient is slow
    assert (await world.shared.ready(), world.left) == (slow, [])


@pytest.mark.parametrize("failure", [KafkaConnectionError(), asyncio.CancelledError()], ids=["error", "cancelled"])
async def test_a_start_that_fails_is_told_to_who_waits_and_the_next_one_begins_anew(failure: BaseException) -> None:
    """A cancellation that nobody asked for is an error to those who wait."""
    bad, good = ready(), ready()
    bad.fails = failure
    world = World(bad, good)
    with pytest.raises(KafkaConnectionError if isinstance(failure, KafkaConnectionError) else GivenUp):
        await world.shared.ready()
    assert bad.ends == ["stopped"]
    assert await world.shared.ready() is good


async def test_one_that_cannot_be_made_leaves_the_way_free_for_the_next() -> None:
    world = World()
    with pytest.raises(IndexError):
        await world.shared.ready()
    world.left.append(ready())
    assert await world.shared.ready() is world.shared.client


async def test_only_the_one_that_failed_is_given_up_however_many_say_so() -> None:
    first, second = ready(), ready()
    world = World(first, second)
    assert await world.shared.ready() is first
    world.shared.give_up(first)
    assert await world.shared.ready() is second
    world.shared.give_up(first)
    await until(lambda: not world.shared.ending)
    assert (first.ends, second.ends, world.shared.client) == (["given up"], [], second)


async def test_a_stop_ends_what_is_being_started() -> None:
    slow = Client()
    world = World(slow)
    asking = asyncio.ensure_future(world.shared.ready())
    await until(lambda: not world.left)
    await world.shared.stop(within=1)
    with pytest.raises(GivenUp):
        await asking
    assert slow.ends == ["stopped"]


async def test_one_that_does_not_stop_in_time_is_given_up() -> None:
    stuck = ready(hangs=True)
    world = World(stuck)
    await world.shared.ready()
    await world.shared.stop(within=0.01)
    assert stuck.ends == ["given up"]
