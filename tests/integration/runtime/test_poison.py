"""A record that breaks the handler is found and put aside; too many of them stop the service, again after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from runtime.dead_letters import dead_letters_topic
from runtime.errors import TooManyDeadLetters
from runtime.events import Outgoing
from runtime.records import Record
from tests.integration.runtime.ground import Ground, logged
from tests.integration.runtime.toy import PINGS, PONGS, Handler, ping, toy

LETTERS = dead_letters_topic("toy")
POISON = 13


class Allergic(Exception):  # noqa: N818 - it stands in a dead letter as its reason
    """Raised for the one record that the handler cannot bear."""


def allergic(handler: Handler) -> Handler:
    async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
        if any(record.event.data.number == POISON for record in records):
            raise Allergic
        return await handler(records)

    return handle


def chatty(handler: Handler) -> Handler:
    async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
        said = list(await handler(records))
        if any(record.event.data.number == POISON for record in records):
            said.append(Outgoing(topic=PONGS.name, key="d", id="long", value=b"x" * 1_100_000))
        return said

    return handle


async def test_one_record_that_breaks_the_handler_is_put_aside_and_the_others_are_handled_in_order(
    ground: Ground,
) -> None:
    await ground.say(*(ping(number) for number in range(1, 41)))
    async with toy(ground.settings(), allergic).running():
        pongs = await ground.heard(PONGS, at_least=39)
        (letter,) = await ground.heard(LETTERS, at_least=1)
    row = (await ground.documents())["d"]
    assert row["state"]["numbers"] == [number for number in range(1, 41) if number != POISON]
    assert [pong.data.total for pong in pongs] == sorted(pong.data.total for pong in pongs)
    assert (letter.data.offset, letter.data.reason) == (POISON - 1, "Allergic")


async def test_a_record_that_makes_an_output_too_large_for_kafka_is_put_aside(ground: Ground) -> None:
    await ground.say(*(ping(number) for number in (1, POISON, 3)))
    async with toy(ground.settings(), chatty).running():
        await ground.heard(PONGS, at_least=2)
        (letter,) = await ground.heard(LETTERS, at_least=1)
    assert (letter.data.offset, letter.data.reason) == (1, "TooLarge")


async def test_too_many_dead_letters_stop_the_service_and_commit_nothing(ground: Ground) -> None:
    await ground.say_raw(*((PINGS.name, b"d", b"rubbish") for _ in range(6)))
    service = toy(ground.settings(dead_letters_limit=5))
    async with asyncio.timeout(30):
        with pytest.raises(TooManyDeadLetters, match="toy: more than 5 dead letters within 1:00:00"):
            await service.run()
    assert await ground.uncommitted(PINGS.name) == 6
    assert await ground.heard_raw(LETTERS.name, at_least=0) == []


async def test_the_count_of_dead_letters_outlives_a_restart(ground: Ground) -> None:
    async with toy(ground.settings(dead_letters_limit=5)).running():
        await ground.say_raw(*((PINGS.name, b"d", b"rubbish") for _ in range(5)))
        await ground.heard(LETTERS, at_least=5)
    await ground.say_raw((PINGS.name, b"d", b"rubbish"))
    for _ in range(2):
        async with ground.process(MISSEDCALL_DEAD_LETTERS_LIMIT="5") as process:
            stops = await logged(process, "service_failed")
            assert "TooManyDeadLetters" in stops["error"]
            assert await process.wait() == 1


async def test_a_record_that_comes_again_counts_as_one_dead_letter(ground: Ground) -> None:
    async with toy(ground.settings(dead_letters_limit=1)).running():
        await ground.say_raw((PINGS.name, b"d", b"rubbish"))
        await ground.heard(LETTERS, at_least=1)
    async with ground.database() as database:
        (mark,) = await database["dead_letters"].find().to_list(None)
        letters = await ground.heard(LETTERS, at_least=1)
        assert [letter.id for letter in letters] == [mark["_id"]]
