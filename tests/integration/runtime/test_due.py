"""What is due is published to the service's own topic: never forgotten, and of no effect when it comes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorCollection

from runtime.due import Sweeper
from runtime.events import Outgoing
from runtime.publish import Publisher
from tests.integration.runtime.ground import Ground, eventually
from tests.integration.runtime.toy import DUE, PINGS, ping, toy

NOW = datetime(2026, 5, 1, tzinfo=UTC)
Rows = AsyncIOMotorCollection[dict[str, Any]]


@pytest.fixture
async def rows(ground: Ground) -> AsyncIterator[Rows]:
    async with ground.database() as database:
        yield database["counts"]


@pytest.fixture
async def publisher(ground: Ground) -> AsyncIterator[Publisher]:
    publisher = Publisher(ground.kafka, client_id="test", namespace=ground.namespace)
    yield publisher
    await publisher.stop()


def row(name: str, *, due_at: datetime) -> dict[str, Any]:
    return {"_id": name, "key": f"key of {name}", "rev": 1, "state": {}, "said": [], "due_at": due_at}


def sweeper(rows: Rows, publisher: Publisher, *, now: datetime = NOW) -> Sweeper:
    return Sweeper("toy", rows, publisher, clock=lambda: now)


async def test_what_is_due_is_published_under_the_documents_key_and_what_is_not_waits(
    ground: Ground, rows: Rows, publisher: Publisher
) -> None:
    await rows.insert_many([row("due", due_at=NOW), row("not yet", due_at=NOW + timedelta(milliseconds=1))])
    assert await sweeper(rows, publisher).sweep() == 1
    (event,) = await ground.heard(DUE, at_least=1)
    assert (event.data.document, event.data.due_at, event.partitionkey) == ("due", NOW, "key of due")


async def test_what_was_published_and_not_handled_is_published_again_later(rows: Rows, publisher: Publisher) -> None:
    await rows.insert_one(row("due", due_at=NOW))
    later = [NOW, NOW + timedelta(seconds=29), NOW + timedelta(seconds=31)]
    assert [await sweeper(rows, publisher, now=now).sweep() for now in later] == [1, 0, 1]


async def test_a_crash_between_publishing_and_noting_it_repeats_the_same_event(
    ground: Ground, rows: Rows, publisher: Publisher
) -> None:
    class Crash(BaseException):
        """Comes where a SIGKILL would."""

    class Dying(Publisher):
        async def publish(self, records: Sequence[Outgoing], *, within: float = 10) -> None:
            await super().publish(records, within=within)
            raise Crash

    dying = Dying(ground.kafka, client_id="test", namespace=ground.namespace)
    await rows.insert_one(row("due", due_at=NOW))
    with pytest.raises(Crash):
        await sweeper(rows, dying).sweep()
    await dying.stop()
    assert await sweeper(rows, publisher, now=NOW + timedelta(seconds=1)).sweep() == 1
    first, again = await ground.heard(DUE, at_least=2)
    assert first.id == again.id


async def test_a_time_that_is_set_anew_during_the_sweep_is_kept(ground: Ground, rows: Rows) -> None:
    later = NOW + timedelta(hours=1)

    class Meanwhile(Publisher):
        async def publish(self, records: Sequence[Outgoing], *, within: float = 10) -> None:
            await rows.update_one({"_id": "due"}, {"$set": {"due_at": later}})
            await super().publish(records, within=within)

    publisher = Meanwhile(ground.kafka, client_id="test", namespace=ground.namespace)
    await rows.insert_one(row("due", due_at=NOW))
    await sweeper(rows, publisher).sweep()
    await publisher.stop()
    found = await rows.find_one({"_id": "due"})
    assert found is not None
    assert found["due_at"] == later


async def test_more_than_a_sweep_takes_is_swept_in_turns(ground: Ground, rows: Rows, publisher: Publisher) -> None:
    await rows.insert_many([row(str(number), due_at=NOW - timedelta(seconds=number)) for number in range(1100)])
    own = sweeper(rows, publisher)
    assert [await own.sweep() for _ in range(4)] == [500, 500, 100, 0]
    events = await ground.heard(DUE, at_least=1100)
    assert len({event.data.document for event in events}) == 1100


async def test_a_due_time_is_handled_like_any_record_and_once(ground: Ground) -> None:
    async def fired() -> bool:
        documents = await ground.documents()
        return bool(documents) and documents["d"]["state"]["fired"] == 1

    async with toy(ground.settings()).running():
        await ground.say(ping(1, due_in=0.2))
        await eventually(fired)
        (event,) = await ground.heard(DUE, at_least=1)
        await ground.say(event, event, ping(2))

        async def handled() -> bool:
            return await ground.uncommitted(DUE.name) + await ground.uncommitted(PINGS.name) == 0

        await eventually(handled)
        assert await fired()
    assert "due_at" not in (await ground.documents())["d"]
