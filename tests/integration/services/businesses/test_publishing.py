"""What is recorded of a business reaches its topic: in order, and also when nobody was there to say it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from runtime.mongo import database_name, mongo_client
from runtime.service import wall_clock
from schemas.businesses import BUSINESSES_CHANGED, Status
from services.businesses import NAME
from services.businesses.app import build
from services.businesses.refusals import Refused
from services.businesses.rules import Wishes, begun, changed
from services.businesses.settings import Settings
from services.businesses.state import COLLECTION, Businesses
from tests.integration.wire import Wire
from tests.unit.services.businesses.wishes import business, wishes


@pytest.fixture
async def businesses(wire: Wire) -> AsyncIterator[Businesses]:
    """As a command has them: beside the service, in another process."""
    client = mongo_client(wire.stack.mongodb, application="tests")
    own = Businesses(client[database_name(NAME, namespace=wire.namespace)][COLLECTION])
    await own.prepare()
    yield own
    client.close()


@pytest.fixture
def settings(wire: Wire) -> Settings:
    return Settings(**wire.settings)


async def said(businesses: Businesses, business_id: str) -> None:
    async with asyncio.timeout(30):
        while not await businesses.journal.is_said(business_id):  # noqa: ASYNC110 - it happens in a database
            await asyncio.sleep(0.02)


async def test_a_business_that_begins_stands_on_the_topic_under_its_id(
    wire: Wire, settings: Settings, businesses: Businesses
) -> None:
    async with build(settings).running():
        await businesses.begin(business(), now=wall_clock())
        await said(businesses, "b_1")
        [event] = await wire.heard(BUSINESSES_CHANGED)
    assert event.data == business()
    assert (event.partitionkey, event.subject) == ("b_1", "b_1")


async def test_what_was_recorded_while_the_service_was_down_is_said_when_it_starts(
    wire: Wire, settings: Settings, businesses: Businesses
) -> None:
    """Every version, oldest first, so that the newest is what compaction keeps."""
    await businesses.begin(business(), now=wall_clock())
    await businesses.change("b_1", lambda before: changed(before, Wishes(name="Acme Two")), now=wall_clock())
    await businesses.change("b_1", lambda before: changed(before, Wishes(status=Status.ACTIVE)), now=wall_clock())
    assert not await businesses.journal.is_said("b_1")
    async with build(settings).running():
        await said(businesses, "b_1")
    events = await wire.heard(BUSINESSES_CHANGED, count=3)
    assert [(event.data.version, event.data.name) for event in events] == [
        (1, "Acme Plumbing"),
        (2, "Acme Two"),
        (3, "Acme Two"),
    ]


async def test_what_was_said_and_not_marked_is_said_again_with_the_same_bytes(
    wire: Wire, settings: Settings, businesses: Businesses
) -> None:
    """A crash between the broker's acknowledgement and the mark."""
    await businesses.begin(business(), now=wall_clock())
    [unsaid] = await businesses.journal.unsaid()
    await wire.say_raw(*((record.topic, record.key.encode(), record.value) for record in unsaid.records))
    async with build(settings).running():
        await said(businesses, "b_1")
    first, second = await wire.heard_raw(BUSINESSES_CHANGED.name, until=lambda records: len(records) == 2)
    assert (first.value, first.key) == (second.value, second.key)


async def test_a_change_between_the_publishing_and_the_mark_is_not_marked_as_said(businesses: Businesses) -> None:
    await businesses.begin(business(), now=wall_clock())
    [unsaid] = await businesses.journal.unsaid()
    await businesses.change("b_1", lambda before: changed(before, Wishes(name="Acme Two")), now=wall_clock())
    await businesses.journal.said(unsaid)
    [still] = await businesses.journal.unsaid()
    assert [record.id for record in still.records][:1] == [record.id for record in unsaid.records]
    assert len(still.records) == 2


async def test_changes_made_at_once_all_count(businesses: Businesses) -> None:
    await businesses.begin(business(), now=wall_clock())

    async def ring(seconds: int) -> None:
        await businesses.change("b_1", lambda before: changed(before, Wishes(ring_seconds=seconds)), now=wall_clock())

    await asyncio.gather(*(ring(seconds) for seconds in range(30, 40)))
    [unsaid] = await businesses.journal.unsaid()
    assert unsaid.rev == len(unsaid.records) == 11


async def test_a_number_belongs_to_one_business(businesses: Businesses) -> None:
    other = begun(wishes(numbers=["+14155550188"]), business_id="b_2", now=wall_clock())
    taken = begun(wishes(numbers=["+14155550177", "+14155550199"]), business_id="b_3", now=wall_clock())
    await businesses.begin(business(), now=wall_clock())
    await businesses.begin(other, now=wall_clock())
    with pytest.raises(Refused, match="another business"):
        await businesses.begin(taken, now=wall_clock())
    with pytest.raises(Refused, match="another business"):
        await businesses.change(
            "b_2", lambda before: changed(before, Wishes(numbers=["+14155550199"])), now=wall_clock()
        )
    assert await businesses.everyone() == [business(), other]


async def test_there_is_nothing_to_change_of_a_business_that_nobody_knows(businesses: Businesses) -> None:
    assert await businesses.change("b_9", lambda before: before, now=wall_clock()) is None
    assert await businesses.get("b_9") is None
