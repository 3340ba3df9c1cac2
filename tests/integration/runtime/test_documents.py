"""State is read in one query and written in one bulk write; races and repeats change nothing that was said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from runtime.documents import Change, Documents, Work
from runtime.errors import Conflict
from runtime.events import Outgoing
from runtime.mongo import expire_after
from tests.integration.runtime.ground import Ground
from tests.integration.runtime.toy import START, Count, pong

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass
class Commands(CommandListener):
    """Names of the commands that reached MongoDB."""

    names: list[str] = field(default_factory=list)

    def started(self, event: CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Counts:
    documents: Documents[Count]
    commands: Commands

    def another(self) -> Documents[Count]:
        """As another process has them, or this one after a restart."""
        return Documents(self.documents.collection, Count, clock=lambda: NOW)


@pytest.fixture
async def counts(ground: Ground) -> AsyncIterator[Counts]:
    commands = Commands()
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        ground.mongodb, tz_aware=True, event_listeners=[commands]
    )
    collection = client[ground.namespace.replace(".", "_")]["counts"]
    await collection.create_index("due_at", sparse=True)
    commands.names.clear()
    yield Counts(documents=Documents(collection, Count, clock=lambda: NOW), commands=commands)
    client.close()


def one(number: int, document: str = "d") -> Work[int]:
    return Work(document=document, cause_id=f"{document}/{number}", key=document, cause=number)


def opening(number: int) -> Work[int]:
    return replace(one(number), opens=True)


def add(state: Count, number: int) -> Change[Count]:
    after = Count(total=state.total + number, numbers=(*state.numbers, number))
    return Change(state=after, says=[pong("d", after.total)])


@pytest.mark.parametrize(
    ("known", "commands"),
    [
        pytest.param(0, ["find", "insert"], id="all are new"),
        pytest.param(500, ["find", "update"], id="all are known"),
        pytest.param(100, ["find", "insert", "update"], id="some are known"),
    ],
)
async def test_a_batch_costs_one_query_and_one_bulk_write(counts: Counts, known: int, commands: list[str]) -> None:
    """In which the new are one command and the known another."""
    await counts.another().decide([one(1, f"document {number}") for number in range(known)], add)
    counts.commands.names.clear()
    await counts.documents.decide([one(2, f"document {number}") for number in range(500)], add)
    assert counts.commands.names == commands


async def test_a_batch_that_was_decided_before_costs_the_query_alone(counts: Counts) -> None:
    await counts.another().decide([one(1), one(2)], add)
    counts.commands.names.clear()
    await counts.documents.decide([one(1), one(2)], add)
    assert counts.commands.names == ["find"]


async def test_what_was_written_a_moment_ago_is_not_read_again(counts: Counts) -> None:
    await counts.documents.decide([one(1)], add)
    counts.commands.names.clear()
    (said,) = await counts.documents.decide([one(2)], add)
    assert counts.commands.names == ["update"]
    assert await counts.another().decide([one(2)], add) == [said]
    assert (await counts.documents.states(["d"]))["d"].numbers == (1, 2)


async def test_what_another_wrote_meanwhile_is_read_and_decided_anew(counts: Counts) -> None:
    await counts.documents.decide([one(1)], add)
    (theirs,) = await counts.another().decide([one(10)], add)
    counts.commands.names.clear()
    ours, again = await counts.documents.decide([one(100), one(10)], add)
    assert counts.commands.names == ["update", "find", "update"]
    assert again == theirs
    assert b'"total":111' in ours.value


async def test_a_document_that_is_opened_is_looked_for_only_where_it_was_there(counts: Counts) -> None:
    await counts.documents.decide([opening(1)], add)
    assert counts.commands.names == ["insert"]
    elsewhere = counts.another()
    counts.commands.names.clear()
    (again,) = await elsewhere.decide([opening(1)], add)
    (said,) = await elsewhere.decide([opening(2)], add)
    assert counts.commands.names == ["insert", "find", "update"]
    assert (b'"total":1' in again.value, b'"total":3' in said.value) == (True, True)


async def test_a_cause_that_comes_again_says_the_stored_bytes(counts: Counts) -> None:
    first = await counts.documents.decide([one(1), one(2)], add)
    again = await counts.documents.decide([one(2), one(1)], add)
    assert again == first[::-1]
    assert (await counts.documents.states(["d"]))["d"].numbers == (1, 2)


async def test_words_come_in_the_order_of_the_work_also_over_several_documents(counts: Counts) -> None:
    def name(_: Count, number: int) -> Change[Count]:
        return Change(state=Count(), says=[Outgoing(topic="t", key="k", id=str(number), value=b"")])

    work = [one(number, f"document {number % 3}") for number in range(9)]
    assert [record.id for record in await counts.documents.decide(work, name)] == [str(n) for n in range(9)]


@pytest.mark.parametrize("standing", [False, True], ids=["a new document", "a standing one"])
async def test_the_slower_of_two_writers_decides_again_and_says_only_what_it_stored(
    counts: Counts, *, standing: bool
) -> None:
    if standing:
        await counts.documents.decide([one(1)], add)
    before = 1 if standing else 0
    seen: list[int] = []
    other = counts.another()
    overtaken = asyncio.Event()

    class Slow(Documents[Count]):
        async def _store(self, documents: Any, *, in_hand: int) -> set[str]:
            if not overtaken.is_set():
                overtaken.set()
                await other.decide([one(10)], add)
            return await super()._store(documents, in_hand=in_hand)

    def watched(state: Count, number: int) -> Change[Count]:
        seen.append(state.total)
        return add(state, number)

    slow = Slow(counts.documents.collection, Count, clock=lambda: NOW)
    (said,) = await slow.decide([one(100)], watched)
    assert seen == [before, before + 10]
    assert f'"total":{before + 110}'.encode() in said.value
    assert await counts.documents.decide([one(100)], add) == [said]


async def test_documents_that_nobody_else_changed_are_not_decided_again(counts: Counts) -> None:
    rivals = [Documents(counts.documents.collection, Count, clock=lambda: NOW) for _ in range(8)]
    work = [[one(rival * 100 + n, f"document {n % 7}") for n in range(20)] for rival in range(8)]
    await asyncio.gather(*(rival.decide(mine, add) for rival, mine in zip(rivals, work, strict=True)))
    states = await counts.documents.states(f"document {n}" for n in range(7))
    taken = sorted(number for state in states.values() for number in state.numbers)
    assert taken == sorted(rival * 100 + n for rival in range(8) for n in range(20))
    for state in states.values():
        mine = [[number for number in state.numbers if number // 100 == rival] for rival in range(8)]
        assert all(numbers == sorted(numbers) for numbers in mine)


async def test_a_writer_that_never_wins_says_so(counts: Counts) -> None:
    class Beaten(Documents[Count]):
        async def _store(self, documents: Any, *, in_hand: int) -> set[str]:
            await counts.documents.collection.update_one({"_id": "d"}, {"$inc": {"rev": 1}})
            return await super()._store(documents, in_hand=in_hand)

    await counts.documents.decide([one(1)], add)
    with pytest.raises(Conflict, match="1 documents of counts"):
        await Beaten(counts.documents.collection, Count, clock=lambda: NOW).decide([one(2)], add)


async def test_a_whole_batch_of_one_document_is_remembered_while_another_cause_comes_between(counts: Counts) -> None:
    batch = [one(number) for number in range(1, 501)]
    first = await counts.documents.decide(batch, add)
    again: list[Outgoing] = []
    for start in range(0, 500, 100):
        await counts.documents.decide([one(1000 + start)], add)
        again += await counts.documents.decide(batch[start : start + 100], add)
    assert again == first


async def test_causes_are_forgotten_in_the_end(counts: Counts) -> None:
    for start in range(1, 3001, 500):
        await counts.documents.decide([one(number) for number in range(start, start + 500)], add)
    row = await counts.documents.collection.find_one({"_id": "d"})
    assert row is not None
    assert len(row["said"]) == 2000
    assert row["said"][-1]["cause"] == "d/3000"


async def test_a_rule_that_fails_leaves_everything_as_it_was(counts: Counts) -> None:
    def fails_at_2(state: Count, number: int) -> Change[Count]:
        return add(state, 1 // (2 - number))

    with pytest.raises(ZeroDivisionError):
        await counts.documents.decide([one(1, "a"), one(2, "b")], fails_at_2)
    assert await counts.documents.states(["a", "b"]) == {}


async def test_state_comes_back_as_it_was_written(counts: Counts) -> None:
    class Odd(BaseModel):
        none_by_choice: int | None = 5
        at: datetime = START
        names: frozenset[str] = frozenset()

    documents = Documents(counts.documents.collection, Odd, clock=lambda: NOW)
    odd = Odd(none_by_choice=None, at=NOW + timedelta(microseconds=1), names=frozenset({"a", "b"}))
    await documents.decide([one(1)], lambda _state, _cause: Change(state=odd))
    assert await documents.states(["d"]) == {"d": odd}


async def test_only_documents_that_wait_stand_in_the_index_of_due_times(counts: Counts) -> None:
    await counts.documents.decide([one(1, "waits")], lambda state, _: Change(state=state, due_at=NOW))
    await counts.documents.decide([one(1, "waits not")], lambda state, _: Change(state=state))
    rows = await counts.documents.collection.find({"due_at": {"$exists": True}}).to_list(None)
    assert [(row["_id"], row["due_at"]) for row in rows] == [("waits", NOW)]


async def test_how_long_documents_are_kept_can_be_changed(counts: Counts) -> None:
    collection = counts.documents.collection
    for seconds in (3600, 7200, 7200):
        await expire_after(collection, "touched_at", seconds=seconds)
    indexes = await collection.index_information()
    assert indexes["touched_at_1"]["expireAfterSeconds"] == 7200


async def test_an_index_of_an_earlier_release_gives_way(counts: Counts) -> None:
    collection = counts.documents.collection
    await collection.create_index("touched_at", expireAfterSeconds=3600)
    await expire_after(collection, "touched_at", seconds=3600)
    assert (await collection.index_information())["touched_at_1"]["sparse"]


async def test_what_a_rule_noted_of_a_cause_that_others_decided_before_is_taken_out(counts: Counts) -> None:
    """Also where it was not known at first that they had: else it would be counted twice."""
    notes: dict[str, int] = {}

    def noting(state: Count, number: int) -> Change[Count]:
        notes[f"d/{number}"] = number
        return replace_words(add(state, number))

    def replace_words(change: Change[Count]) -> Change[Count]:
        return replace(change, says=[Outgoing(topic="t", key="k", id="x", value=str(next(clock)).encode())])

    clock = count(1)
    await counts.another().decide([one(1)], noting)
    notes.clear()
    await counts.documents.decide([opening(1), one(2)], noting, notes=notes)
    assert notes == {"d/2": 2}


async def test_a_document_of_many_causes_is_read_each_time(counts: Counts) -> None:
    """What is remembered of it may be as large as a megabyte."""
    for number in range(1, 18):
        await counts.documents.decide([one(number)], add)
    counts.commands.names.clear()
    await counts.documents.decide([one(18)], add)
    assert counts.commands.names == ["find", "update"]
