"""What a process says of itself: alive as long as a restart would not help, ready when work may be expected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from runtime import rejoining
from runtime.events import Outgoing
from runtime.records import Record
from runtime.service import Service
from runtime.snapshots import Row as SavedRow
from runtime.snapshots import save_snapshot
from tests.integration.runtime.ground import Ground, asked, eventually
from tests.integration.runtime.proxy import door_to
from tests.integration.runtime.toy import PINGS, PONGS, ROWS, START, Handler, Row, ping, toy
from tests.waiting import until

STUCK_SECONDS = 0.5


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a minute and a half in production shows here in half a second."""
    monkeypatch.setattr(rejoining, "STUCK_SECONDS", STUCK_SECONDS)


@asynccontextmanager
async def started(service: Service) -> AsyncIterator[Service]:
    """The service while it starts, and then runs."""
    starting = asyncio.create_task(service.run())
    try:
        await until(lambda: "ops" in service.ports)
        yield service
    finally:
        service._life.tasks._stop.set()
        await starting


async def nothing(_: Sequence[Record]) -> Sequence[Outgoing]:
    return []


def held(until_told: asyncio.Event, begun: asyncio.Event) -> Callable[[Handler], Handler]:
    def around(handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            begun.set()
            await until_told.wait()
            return await handler(records)

        return handle

    return around


async def says(service: Service, path: str, *, status: int, problem: str = "") -> None:
    """Waits for this answer."""
    answer = 0, ""

    async def as_expected() -> bool:
        nonlocal answer
        answer = await asked(service.ports["ops"], path)
        return answer[0] == status and problem in answer[1]

    try:
        await eventually(as_expected)
    except TimeoutError as error:
        raise AssertionError(f"{path} answers {answer}") from error


@pytest.mark.usefixtures("impatient")
async def test_a_consumer_without_records_is_alive(ground: Ground) -> None:
    service = toy(ground.settings())
    async with service.running():
        await asyncio.sleep(3 * STUCK_SECONDS)
        assert await asked(service.ports["ops"], "/live") == (200, '{"ok":true,"problems":[]}')
        assert (await asked(service.ports["ops"], "/ready"))[0] == 200


@pytest.mark.usefixtures("impatient")
async def test_a_replica_without_partitions_is_alive(ground: Ground) -> None:
    replicas = [Service("toy", ground.settings()) for _ in range(3)]
    async with AsyncExitStack() as stack:
        for replica in replicas:
            replica.consume({PONGS.name: PONGS.parse}, nothing)  # two partitions for three
            await stack.enter_async_context(replica.running())

        async def settled() -> bool:
            return sorted(replica._parts.consumers[0].assigned() for replica in replicas) == [False, True, True]

        await eventually(settled)
        await asyncio.sleep(3 * STUCK_SECONDS)
        assert [(await asked(replica.ports["ops"], "/live"))[0] for replica in replicas] == [200, 200, 200]


@pytest.mark.usefixtures("impatient")
async def test_a_consumer_whose_batch_never_ends_is_not_alive_until_it_does(ground: Ground) -> None:
    release, begun = asyncio.Event(), asyncio.Event()
    service = toy(ground.settings(), held(release, begun))
    async with service.running():
        await ground.say(ping(1))
        await begun.wait()
        await says(service, "/live", status=503, problem="consumer: it has not asked for records for")
        release.set()
        await says(service, "/live", status=200)


@pytest.mark.usefixtures("impatient")
async def test_a_consumer_that_is_out_of_its_group_is_not_alive_though_the_broker_answers(ground: Ground) -> None:
    release, begun = asyncio.Event(), asyncio.Event()
    service, other = toy(ground.settings(), held(release, begun)), toy(ground.settings())
    async with service.running():
        await ground.say(ping(1))
        await begun.wait()
        joining = other.running()
        entering = asyncio.create_task(joining.__aenter__())
        await says(service, "/live", status=503, problem="consumer: it has been out of its group for")
        assert await service._parts.broker.ping(timeout=5)
        release.set()
        await entering
        await says(service, "/live", status=200)
        await joining.__aexit__(None, None, None)


async def test_a_consumer_whose_membership_has_died_is_not_alive_though_the_broker_answers(ground: Ground) -> None:
    service = toy(ground.settings())
    async with service.running():
        membership = service._parts.consumers[0]._subscriber.consumer._coordinator._coordination_task
        membership.cancel()
        await says(service, "/live", status=503, problem="consumer: its membership in the group has ended")
        assert await service._parts.broker.ping(timeout=5)
        await service._parts.consumers[0]._subscriber.consumer._client.close()


async def test_a_loop_that_fails_stops_the_service_with_its_failure(ground: Ground) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    service = Service("toy", ground.settings())
    service.loop("broken", broken)
    with pytest.raises(ZeroDivisionError):
        await service.run()


async def test_a_loop_goes_on_after_a_store_was_away(ground: Ground) -> None:
    runs = []

    async def away_at_first() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ConnectionError

    service = Service("toy", ground.settings())
    service.loop("away at first", away_at_first)
    async with service.running():
        await until(lambda: len(runs) > 1)
        assert (await asked(service.ports["ops"], "/live"))[0] == 200


async def test_a_service_is_alive_and_not_ready_until_its_table_is_loaded(ground: Ground) -> None:
    async with door_to(ground.kafka) as door:
        behind = ground.settings().model_copy(update={"kafka_bootstrap_servers": door.address})
        service = Service("toy", behind)
        service.table(ROWS, row=lambda data: data.name)
        async with started(service):
            await says(service, "/ready", status=503, problem="table rows.changed.v1 is not loaded")
            await says(service, "/live", status=200)
            await door.open()
            await says(service, "/ready", status=200)


async def test_a_service_without_a_consumer_is_ready_with_a_snapshot_while_kafka_is_away(
    ground: Ground, tmp_path: Path
) -> None:
    value = Outgoing.of(
        ROWS.event(Row(name="a", version=1), source="/t", subject="a", transition="1", key="a", time=START)
    ).value
    path = tmp_path / f"toy.{ROWS.name}.json"
    save_snapshot(path, at=1.0, offsets={0: 1}, rows=[SavedRow.of(0, b"a", value)])
    async with door_to(ground.kafka) as door:
        behind = ground.settings(snapshots=tmp_path).model_copy(update={"kafka_bootstrap_servers": door.address})
        service = Service("toy", behind)
        rows = service.table(ROWS, row=lambda data: data.name)
        async with started(service):
            await says(service, "/ready", status=200)
            assert rows["a"] == "a"
            metrics = (await asked(service.ports["ops"], "/metrics"))[1]
            assert 'missedcall_table_age_seconds{topic="rows.changed.v1"} 1.' in metrics  # 1.7e9: since 1970


async def test_the_lag_counts_the_batch_in_hand_and_what_waits_behind_it(ground: Ground) -> None:
    release, begun = asyncio.Event(), asyncio.Event()
    service = toy(ground.settings(batch_records=5), held(release, begun))

    async def lag() -> tuple[float, float]:
        _, text = await asked(service.ports["ops"], "/metrics")
        lines = [line for line in text.splitlines() if line.startswith("missedcall_consumer_lag")]
        records = [line for line in lines if "lag_records" in line and f'topic="{PINGS.name}"' in line]
        (seconds,) = [line for line in lines if line.startswith("missedcall_consumer_lag_seconds")]
        return sum(float(line.split()[-1]) for line in records), float(seconds.split()[-1])

    async def waiting(records: int) -> bool:
        return (await lag())[0] == records

    async with service.running():
        await ground.say(*(ping(number) for number in range(12)))
        await begun.wait()
        await eventually(lambda: waiting(12))
        assert (await lag())[1] > 0
        release.set()
        await eventually(lambda: waiting(0))
        await ground.heard(PONGS, at_least=12)

        async def none() -> bool:
            return await lag() == (0, 0)

        await eventually(none)


async def test_a_port_that_is_taken_is_named(ground: Ground) -> None:
    async with Service("toy", ground.settings()).running():
        pass
    first = Service("toy", ground.settings())
    async with first.running():
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{first.ports['ops']}: Address already in use"):
            await Service("toy", ground.settings(ops_port=first.ports["ops"])).run()
