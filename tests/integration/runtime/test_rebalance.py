"""Partitions that are taken away are let go in order: a batch in flight ends, a batch that waits is given back."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from runtime.events import Outgoing
from runtime.records import Record
from tests.integration.runtime.ground import Ground, eventually
from tests.integration.runtime.toy import PONGS, Handler, ping, toy


@dataclass
class Member:
    """One of the group: notes what it was given, and is held up or fails where the test wants it."""

    given: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    store_is_away: bool = False

    def around(self, handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            self.given += [record.event.id for record in records]
            if self.store_is_away:
                raise ConnectionError
            await self.may_go_on.wait()
            said = await handler(records)
            self.finished += [record.event.id for record in records]
            return said

        return handle

    async def has_begun(self) -> bool:
        return bool(self.given)


def free() -> Member:
    member = Member()
    member.may_go_on.set()
    return member


PER_DOCUMENT = 5
DOCUMENTS = [f"document {number}" for number in range(12)]
EVENTS = [ping(number, document) for number in range(1, PER_DOCUMENT + 1) for document in DOCUMENTS]


async def test_a_batch_in_flight_ends_before_the_other_member_gets_its_records(ground: Ground) -> None:
    first, second = Member(), free()
    async with toy(ground.settings(), first.around).running():
        await ground.say(*EVENTS)
        await eventually(first.has_begun)
        joining = toy(ground.settings(), second.around).running()
        entering = asyncio.create_task(joining.__aenter__())
        await _asked_to_let_go(first)
        assert second.given == []
        first.may_go_on.set()
        await entering
        pongs = await ground.heard_raw(PONGS.name, at_least=len(EVENTS))
        await joining.__aexit__(None, None, None)
    assert len(pongs) == len(EVENTS)
    assert Counter(first.given + second.given) == Counter(event.id for event in EVENTS)


async def _asked_to_let_go(member: Member) -> None:
    """The other member has been heard of: the one that is held up has not taken anything else meanwhile."""
    given = len(member.given)
    await asyncio.sleep(4)  # longer than a heartbeat, by which a member learns that others want to join
    assert len(member.given) == given


async def test_a_batch_that_waits_for_a_store_is_given_to_the_other_member_soon(ground: Ground) -> None:
    first, second = Member(store_is_away=True), free()
    async with toy(ground.settings(), first.around).running():
        await ground.say(*EVENTS)
        await eventually(first.has_begun)
        started = time.monotonic()
        async with toy(ground.settings(), second.around).running():

            async def taken_over() -> bool:
                return bool(second.finished)

            await eventually(taken_over)
            assert time.monotonic() - started < 15  # the retry alone would last 20 s
            first.store_is_away = False
            first.may_go_on.set()
            pongs = await ground.heard_raw(PONGS.name, at_least=len(EVENTS))
    assert len(set(pongs)) == len(EVENTS)
    assert not set(first.finished) & set(second.finished)


async def test_work_is_shared_and_handed_over_without_loss_while_members_come_and_go(ground: Ground) -> None:
    async with toy(ground.settings()).running():
        for round_number in range(3):
            async with toy(ground.settings()).running():
                await ground.say(*(ping(round_number * 100 + number, f"document {number}") for number in range(50)))
        values = await ground.heard_raw(PONGS.name, at_least=150)
    assert len({PONGS.parse(value).id for value in values}) == len(set(values)) == 150
    rows = await ground.documents()
    assert all(row["state"]["numbers"] == sorted(row["state"]["numbers"]) for row in rows.values())
