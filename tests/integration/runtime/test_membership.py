"""A replica with a name keeps its partitions through a restart, and no two processes go by one name."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runtime.admin import kafka_admin
from runtime.service import Service
from tests.integration.runtime.ground import Ground, eventually, frozen, logged
from tests.integration.runtime.toy import PINGS, PONGS, ping, toy

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
