"""A long piece of the list is planned and published a few calls at a time: webhooks are answered in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from runtime.mongo import database_name, mongo_client
from runtime.publish import Publisher
from schemas.calls import CALLS_INGESTED
from schemas.directory import Directory
from services.ingest.backfill.heard import Heard
from services.ingest.backfill.pacing import Paces
from services.ingest.backfill.plan import Findings, OwnCall, Planner
from services.ingest.backfill.rules import Patience
from services.ingest.backfill.runs import Run, State
from services.ingest.backfill.state import Lease, Runs
from services.ingest.backfill.told import Told
from services.ingest.backfill.twilio import CallsList, Page
from services.ingest.backfill.windows import Window
from services.ingest.backfill.worker import Worker
from tests.integration.services.ingest.conftest import led
from tests.integration.wire import Wire
from tests.unit.services.ingest.backfill.legs import caller_leg
from tests.unit.services.ingest.webhooks import ACCOUNT, IDENTITIES, business

CALLS = 120


class Listing:
    """All calls on one page, which ended a while ago."""

    async def page(self, _account_sid: str, window: Window, _url: str | None) -> Page:
        usual = caller_leg(started_at=window.since, ended_at=window.since + timedelta(seconds=9))
        return Page(legs=[replace(usual, sid=f"CA{number:032x}") for number in range(CALLS)], next_url=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched(Planner):
    """Writes down how many calls it planned at once, and when, by the turns of the event loop."""

    turns: list[None]
    planned: list[tuple[int, int]] = field(default_factory=list)

    def findings(self, ours: Sequence[OwnCall], told: Mapping[str, Told], *, now: datetime) -> Findings:
        self.planned.append((len(ours), len(self.turns)))
        return super(Watched, self).findings(ours, told, now=now)


@pytest.fixture
async def turns() -> AsyncIterator[list[None]]:
    """Grows by one whenever the event loop comes by."""
    seen: list[None] = []

    async def count() -> None:
        while True:
            seen.append(None)
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    yield seen
    counting.cancel()


@pytest.fixture
async def database(wire: Wire) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    client = mongo_client(wire.stack.mongodb, application="test")
    yield client[database_name("ingest", namespace=wire.namespace)]
    client.close()


@pytest.fixture
async def publisher(wire: Wire) -> AsyncIterator[Publisher]:
    own = Publisher(wire.stack.kafka, client_id="test", namespace=wire.namespace)
    yield own
    await own.stop()


async def test_a_long_piece_is_said_in_slices_of_fifty_calls_and_the_loop_turns_between_them(
    wire: Wire, database: AsyncIOMotorDatabase[dict[str, Any]], publisher: Publisher, turns: list[None]
) -> None:
    await led(wire)
    now, runs, directory = datetime.now(UTC), Runs(database), Directory()
    began = business().entitlement.model_copy(update={"trial_started_at": now - timedelta(days=1)})
    directory.change("b1", business(entitlement=began))
    patience = Patience(webhooks=timedelta(), list=timedelta())
    planner = Watched(directory=directory, identities=IDENTITIES, patience=patience, turns=turns)
    worker = Worker(
        runs=runs,
        lease=Lease(database, holder="test", length=timedelta(minutes=1)),
        calls=cast(CallsList, Listing()),
        planner=planner,
        publisher=publisher,
        paces=Paces(requests_per_second=100),
        clock=lambda: datetime.now(UTC),
    )
    asked = Run(run_id="r1", account_sid=ACCOUNT, since=now - timedelta(minutes=14), until=now, reached=now)
    await worker.work(await runs.ask(asked, now=now), Heard(wire.stack.kafka, namespace=wire.namespace))
    run = (await runs.of(["r1"]))["r1"]
    assert (run.state, run.listed, run.found, run.waiting) == (State.COMPLETE, CALLS, CALLS, 0)
    assert [calls for calls, _ in planner.planned] == [50, 50, 20]
    assert len({turn for _, turn in planner.planned}) == 3
    assert len({event.id for event in await wire.heard(CALLS_INGESTED, count=2 * CALLS)}) == 2 * CALLS
