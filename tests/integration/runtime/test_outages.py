"""A store or broker that is away is waited for, in bounded tries, for as long as it takes; stopping takes a moment."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from runtime.errors import NotPublished, TooLarge
from runtime.events import Outgoing
from runtime.publish import Publisher
from runtime.records import Record
from tests.integration.runtime.conftest import Servers
from tests.integration.runtime.ground import Ground, eventually, frozen, logged
from tests.integration.runtime.proxy import Door, door_to
from tests.integration.runtime.toy import PINGS, PONGS, Handler, ping, pong, toy


@pytest.fixture(autouse=True)
def soon_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation takes a second and a half at most in this process, and not five."""
    monkeypatch.setattr("runtime.mongo._OPERATION_MS", 1_500)


def behind(door: Door, ground: Ground) -> Ground:
    """The same ground, its MongoDB reached through the door and given up soon."""
    return replace(ground, mongodb=f"mongodb://{door.address}/?directConnection=true")


@dataclass
class Tries:
    """Counts how often the handler was asked."""

    count: int = 0

    def around(self, handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            self.count += 1
            return await handler(records)

        return handle

    async def reached(self, count: int) -> None:
        async def enough() -> bool:
            return self.count >= count

        await eventually(enough, within=60)


async def test_records_wait_for_a_mongodb_that_is_away_also_past_the_bounded_retry(ground: Ground) -> None:
    tries = Tries()
    async with door_to(urlsplit(ground.mongodb).netloc) as door:
        await door.open()
        service = toy(behind(door, ground).settings(), tries.around)
        service._parts.consumers[0]._consumption.retry_seconds = 0.0  # each failure goes back to the broker
        async with service.running():
            await ground.say(ping(1))
            await ground.heard(PONGS, at_least=1)
            await door.shut()
            await ground.say(*(ping(number) for number in range(2, 5)))
            await tries.reached(tries.count + 2)
            assert await ground.uncommitted(PINGS.name) == 3
            await door.open()
            pongs = await ground.heard(PONGS, at_least=4)
    assert [event.data.total for event in pongs] == [1, 3, 6, 10]


async def test_a_consumer_that_cannot_write_keeps_what_it_has_fetched_and_fetches_no_more(ground: Ground) -> None:
    """Else a MongoDB that is away for an hour would end in a process that is killed for its memory."""
    padding = b',"padding":"' + b"x" * 100_000 + b'"}'
    waiting = [(PINGS.name, b"d", Outgoing.of(ping(number)).value[:-1] + padding) for number in range(1, 501)]
    async with door_to(urlsplit(ground.mongodb).netloc) as door:
        await door.open()
        async with behind(door, ground).process() as process:
            await logged(process, "ready")
            await ground.say(ping(0))
            await ground.heard(PONGS, at_least=1)
            await door.shut()
            before = resident_megabytes(process.pid)
            await ground.say_raw(*waiting)  # 50 MB
            for _ in range(2):
                await logged(process, "batch_retried")
            assert resident_megabytes(process.pid) - before < 25
            await door.open()
            pongs = await ground.heard(PONGS, at_least=501, within=60)
    assert [pong.data.total for pong in pongs] == [number * (number + 1) // 2 for number in range(501)]


def resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024


async def test_records_wait_for_a_mongodb_that_does_not_answer(own_ground: Ground, servers: Servers) -> None:
    tries = Tries()
    async with toy(own_ground.settings(), tries.around).running():
        assert servers.mongod.pid is not None
        with frozen(servers.mongod.pid):
            await own_ground.say(ping(1))
            await tries.reached(2)
        pongs = await own_ground.heard(PONGS, at_least=1)
    assert [event.data.total for event in pongs] == [1]


async def test_records_wait_for_a_kafka_that_does_not_answer(own_ground: Ground, servers: Servers) -> None:
    tries, asked = Tries(), asyncio.Event()

    def around(handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            said = await handler(records)
            asked.set()
            await thawed.wait()
            return said

        return tries.around(handle)

    thawed = asyncio.Event()
    async with toy(own_ground.settings(), around).running():
        await own_ground.say(ping(1))
        await asked.wait()
        assert servers.kafka.pid is not None
        with frozen(servers.kafka.pid):
            thawed.set()
            await tries.reached(2)
        pongs = await own_ground.heard_raw(PONGS.name, at_least=1, within=60)
    assert len(set(pongs)) == 1


async def test_what_a_frozen_broker_did_not_acknowledge_is_said_again_by_a_new_producer(
    own_ground: Ground, servers: Servers
) -> None:
    publisher = Publisher(own_ground.kafka, client_id="test", namespace=own_ground.namespace)
    await publisher.publish([pong("a", 1)])
    assert servers.kafka.pid is not None
    with frozen(servers.kafka.pid), pytest.raises(NotPublished, match="1 records were not acknowledged: TimeoutError"):
        await publisher.publish([pong("a", 2)], within=0.5)
    await publisher.publish([pong("a", 2)])
    assert {event.data.total for event in await own_ground.heard(PONGS, at_least=2)} == {1, 2}
    await publisher.stop()


async def test_a_publisher_finds_its_broker_when_it_comes_back(ground: Ground) -> None:
    async with door_to(ground.kafka) as door:
        publisher = Publisher(door.address, client_id="test", namespace=ground.namespace)
        with pytest.raises(NotPublished):
            await publisher.publish([pong("a", 1)], within=1)
        await door.open()
        await publisher.publish([pong("a", 1)])
        assert len(await ground.heard(PONGS, at_least=1)) == 1
        await publisher.stop()


async def test_a_broker_that_is_slower_than_callers_are_patient_is_reached_in_the_end(ground: Ground) -> None:
    async with door_to(ground.kafka) as door:
        door.delay = 0.5  # connecting takes two answers
        await door.open()
        publisher = Publisher(door.address, client_id="test", namespace=ground.namespace)
        with pytest.raises(NotPublished):
            await publisher.publish([pong("a", 1)], within=0.6)

        async def published() -> bool:
            with suppress(NotPublished):
                await publisher.publish([pong("a", 1)], within=0.6)
                return True
            return False

        await eventually(published)
        await publisher.stop()


async def test_batches_that_are_given_up_are_no_errors_of_ours(
    own_ground: Ground, servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    """Also those that were sent, were not answered in time, and wait to be sent again."""
    publisher = Publisher(own_ground.kafka, client_id="test", namespace=own_ground.namespace)
    await publisher.publish([pong("a", 1)])
    assert servers.kafka.pid is not None
    with frozen(servers.kafka.pid):
        tries = [publisher.publish([pong(str(number), 2)], within=0.5) for number in range(20)]
        assert {type(end) for end in await asyncio.gather(*tries, return_exceptions=True)} == {NotPublished}
        await asyncio.wait(publisher._producer.ending)
        await publisher.stop()
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


async def test_a_publisher_stops_in_bounded_time_with_records_on_the_way(own_ground: Ground, servers: Servers) -> None:
    publisher = Publisher(own_ground.kafka, client_id="test", namespace=own_ground.namespace)
    await publisher.publish([pong("a", 1)])
    assert servers.kafka.pid is not None
    with frozen(servers.kafka.pid):
        publishing = asyncio.create_task(publisher.publish([pong("a", 2)]))
        await asyncio.wait([publishing], timeout=0.2)
        publishing.cancel()
        await asyncio.wait([publishing])
        started = time.monotonic()
        await publisher.stop(within=0.5)
    assert time.monotonic() - started < 4


async def test_a_record_that_no_broker_would_take_is_no_outage(ground: Ground) -> None:
    publisher = Publisher(ground.kafka, client_id="test", namespace=ground.namespace)
    for size in (1_500_000, 3_000_000):  # more than the topic takes, more than any
        with pytest.raises(TooLarge, match=f"event long for pongs.sent.v1 has {size} bytes"):
            await publisher.publish([Outgoing(topic=PONGS.name, key="k", id="long", value=b"x" * size)])
    await publisher.publish([pong("a", 1)])
    await publisher.stop()


async def test_a_service_stops_in_bounded_time_while_kafka_does_not_answer(
    own_ground: Ground, servers: Servers
) -> None:
    assert servers.kafka.pid is not None
    running = toy(own_ground.settings(shutdown_seconds=2)).running()
    await running.__aenter__()
    await own_ground.say(ping(1))
    await own_ground.heard(PONGS, at_least=1)
    with frozen(servers.kafka.pid):
        started = time.monotonic()
        await running.__aexit__(None, None, None)
    assert time.monotonic() - started < 15


async def test_a_service_stops_at_once_while_a_batch_waits_for_mongodb(ground: Ground) -> None:
    tries = Tries()
    async with door_to(urlsplit(ground.mongodb).netloc) as door:
        await door.open()
        running = toy(behind(door, ground).settings(), tries.around).running()
        await running.__aenter__()
        await door.shut()
        await ground.say(ping(1))
        await tries.reached(2)
        started = time.monotonic()
        await running.__aexit__(None, None, None)
    assert time.monotonic() - started < 12
    assert await ground.uncommitted(PINGS.name) == 1


@pytest.mark.parametrize("store", ["kafka", "mongodb"])
async def test_a_service_waits_at_its_start_for_what_is_away(ground: Ground, store: str) -> None:
    async with door_to(ground.kafka if store == "kafka" else urlsplit(ground.mongodb).netloc) as door:
        away = replace(ground, kafka=door.address) if store == "kafka" else behind(door, ground)
        async with away.process() as process:
            waits = await logged(process, "start_waits")
            assert waits["for"] == ("topics" if store == "kafka" else "preparation")
            await door.open()
            await logged(process, "ready")
            await ground.say(ping(1))
            assert len(await ground.heard(PONGS, at_least=1)) == 1
