"""A replica with a name keeps its partitions through a restart, and no two processes go by one name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from runtime.admin import kafka_admin
from runtime.errors import Fenced
from runtime.events import Outgoing
from runtime.records import Record
from runtime.service import Service
from tests.integration.runtime.ground import Ground, eventually, frozen, logged
from tests.integration.runtime.toy import PINGS, PONGS, Handler, ping, toy
from tests.waiting import until

DOCUMENTS = [f"document {number}" for number in range(12)]


def standing(service: Service) -> tuple[int, frozenset[Any]]:
    """The generation of the group, which each reassignment counts up, and what this member has of it."""
    consumer = service._parts.consumers[0]._subscriber.consumer
    return consumer._coordinator.generation, frozenset(consumer.assignment())


async def committed(ground: Ground) -> None:
    async def nothing_left() -> bool:
        return await ground.uncommitted(PINGS.name) == 0

    await eventually(nothing_left)


@pytest.mark.parametrize("named", [True, False], ids=["names", "no names"])
async def test_with_names_a_member_that_restarts_moves_nobody_and_finds_its_partitions_again(
    ground: Ground, *, named: bool
) -> None:
    """The other member has no revocation to drain for, and works on. Without names all is dealt out anew, twice."""

    def member(name: str) -> Service:
        return toy(ground.settings(instance=name if named else None))

    staying, leaving, returned = member("a"), member("b"), member("b")
    async with staying.running():
        async with leaving.running():
            await ground.say(*(ping(1, document) for document in DOCUMENTS))
            await ground.heard_raw(PONGS.name, at_least=12)
            stayed, left = standing(staying), standing(leaving)
        assert stayed[0] == left[0]
        assert len(stayed[1]) == len(left[1]) == 4
        await ground.say(*(ping(2, document) for document in DOCUMENTS))
        await ground.heard_raw(PONGS.name, at_least=13)
        async with returned.running():
            values = await ground.heard_raw(PONGS.name, at_least=24)
            await committed(ground)
            assert (standing(staying) == stayed) is named
            assert (standing(returned) == left) is named
    assert len({PONGS.parse(value).id for value in values}) == len(values) == 24


async def test_a_second_process_under_the_same_name_ends_the_first_which_says_why(ground: Ground) -> None:
    async with ground.process(MISSEDCALL_INSTANCE="a") as first:
        await logged(first, "ready")
        await ground.say(*(ping(1, document) for document in DOCUMENTS))
        await ground.heard_raw(PONGS.name, at_least=12)
        async with ground.process(MISSEDCALL_INSTANCE="a") as second:
            ended = await logged(first, "service_ended")
            assert "another process has joined the group" in ended["error"]
            assert "as toy-a and does the work of this one" in ended["error"]
            async with asyncio.timeout(20):
                assert await first.wait() == 1
            await ground.say(*(ping(2, document) for document in DOCUMENTS))
            values = await ground.heard_raw(PONGS.name, at_least=24)
            await committed(ground)
            assert second.returncode is None
    assert len({PONGS.parse(value).id for value in values}) == len(set(values)) == 24


async def test_who_loses_its_name_while_it_waits_to_be_let_in_says_why_and_ends(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the question that is asked before joining: another member keeps all waiting with a batch in its hands."""
    monkeypatch.setattr("runtime.rejoining._ASK_AGAIN_SECONDS", 1.0)
    begun, may_go_on = asyncio.Event(), asyncio.Event()

    def holding(handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            begun.set()
            await may_go_on.wait()
            return await handler(records)

        return handle

    first, second, third = (toy(ground.settings(instance=name)) for name in ("a", "a", "c"))
    async with toy(ground.settings(instance="b"), holding).running(), AsyncExitStack() as stack:
        running = asyncio.create_task(first.run())
        await until(lambda: first._life._started and len(standing(first)[1]) == 4)
        await ground.say(*(ping(1, document) for document in DOCUMENTS))
        await begun.wait()
        joining = asyncio.create_task(stack.enter_async_context(third.running()))
        await until(lambda: waits_to_be_let_in(first))
        await asyncio.sleep(3)  # it asks meanwhile, and nobody else has its name
        assert waits_to_be_let_in(first)
        assert not running.done()
        taking_over = asyncio.create_task(stack.enter_async_context(second.running()))
        async with asyncio.timeout(10):
            with pytest.raises(Fenced, match="as toy-a and does the work of this one"):
                await running
        may_go_on.set()
        await asyncio.gather(joining, taking_over)
        await ground.say(*(ping(2, document) for document in DOCUMENTS))
        values = await ground.heard_raw(PONGS.name, at_least=24)
        await committed(ground)
    assert len({PONGS.parse(value).id for value in values}) == len(set(values)) == 24


def waits_to_be_let_in(service: Service) -> bool:
    """It has asked whether its name is still its own, and will not by itself ask again."""
    prepared: bool = service._parts.consumers[0]._subscriber.consumer._coordinator._performed_join_prepare
    return prepared


async def test_who_was_away_for_longer_than_its_session_and_finds_its_name_free_goes_on(ground: Ground) -> None:
    """Put to sleep, and missed by its group: nobody else has taken its place."""
    async with ground.process(MISSEDCALL_INSTANCE="a") as process:
        await logged(process, "ready")
        await ground.say(*(ping(1, document) for document in DOCUMENTS))
        await ground.heard_raw(PONGS.name, at_least=12)
        with frozen(process.pid):
            await until_forgotten(ground)
        await ground.say(*(ping(2, document) for document in DOCUMENTS))
        values = await ground.heard_raw(PONGS.name, at_least=24)
        assert process.returncode is None
    assert len({PONGS.parse(value).id for value in values}) == len(set(values)) == 24


async def until_forgotten(ground: Ground) -> None:
    """Until its session is over."""
    async with kafka_admin(ground.kafka) as admin:

        async def nobody() -> bool:
            (answer,) = await admin.describe_consumer_groups([f"{ground.namespace}toy"])
            return not answer.groups[0][5]

        await eventually(nobody)
