"""Calls whose webhooks were lost, on a real Kafka and MongoDB, with a Twilio that lists them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from motor.motor_asyncio import AsyncIOMotorDatabase

from local.ports import free_ports
from runtime.events import Event
from runtime.mongo import database_name, mongo_client
from runtime.service import Service
from schemas.calls import CALLS_INGESTED, CallIngested, Origin, Step
from schemas.identity import CallerKind
from services.ingest.app import build
from services.ingest.backfill.runs import Run, State, scheduled_id
from services.ingest.backfill.state import Runs
from services.ingest.settings import Settings
from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.faults.order import FaultOrder
from simulator.options import Options
from simulator.server import running
from simulator.voice.script import Callee, CallScript, Outcome
from simulator.webhooks.steps import Step as Webhook
from tests.integration.services.ingest.between import Between, between
from tests.integration.services.ingest.conftest import changed, led
from tests.integration.services.ingest.door import Door
from tests.integration.wire import Wire
from tests.unit.services.ingest.webhooks import (
    ACCOUNT,
    CALLER,
    IDENTITY_KEY,
    NUMBER,
    OTHER_ACCOUNT,
    PHONE,
    TOKEN,
    VOICE,
    business,
)
from tests.waiting import until

LOST = FaultOrder(name="webhook-lost", times=None)
UNANSWERED = (Callee(outcome=Outcome.NO_ANSWER),)


@pytest.fixture
async def list_of_calls(session: ClientSession) -> AsyncIterator[Between]:
    async with running(Options(speed=500)) as url, between(url, session) as own:
        yield own


@pytest.fixture
async def twilio(list_of_calls: Between, session: ClientSession) -> SimulatorClient:
    client = SimulatorClient(list_of_calls.twilio, session)
    await client.put_account(ACCOUNT, [TOKEN])
    return client


class House:
    """Ingest as one may start it, several times; the number's webhooks go to its door."""

    def __init__(self, wire: Wire, credentials: Path, base: str) -> None:
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.database: AsyncIOMotorDatabase[dict[str, Any]]
        self._given = {
            **wire.settings,
            "public_url": self.url,
            "identity_key": IDENTITY_KEY,
            "twilio_credentials": credentials,
            "ingest_port": self.port,
            "twilio_api_base": base,
            "backfill_every_seconds": 0,
            "backfill_settle_seconds": 0,
            "backfill_list_seconds": 0,
            "backfill_requests_per_second": 100,
            "backfill_lease_seconds": 3,
        }

    def ingest(self, **given: object) -> Service:
        return build(Settings.model_validate(self._given | given))

    async def asked(self, since: timedelta, *, account_sid: str = ACCOUNT, until_: datetime | None = None) -> str:
        """As `missedcall backfill` asks."""
        now = until_ or datetime.now(UTC)
        run = Run(run_id=f"r{now.timestamp()}", account_sid=account_sid, since=now - since, until=now, reached=now)
        return (await Runs(self.database).ask(run, now=now)).run_id

    async def over(self, run_id: str, *, within: float = 30) -> Run:
        async with asyncio.timeout(within):
            while True:
                run = await self.run(run_id)
                if run.state is not State.OPEN:
                    return run
                await asyncio.sleep(0.05)

    async def run(self, run_id: str) -> Run:
        return (await Runs(self.database).of([run_id]))[run_id]


@pytest.fixture
async def house(wire: Wire, credentials: Path, list_of_calls: Between, twilio: SimulatorClient) -> AsyncIterator[House]:
    own = House(wire, credentials, list_of_calls.url)
    client = mongo_client(wire.stack.mongodb, application="test")
    own.database = client[database_name("ingest", namespace=wire.namespace)]
    await led(wire)
    began = datetime.now(UTC) - timedelta(days=10)
    entitlement = business().entitlement.model_copy(update={"trial_started_at": began})
    await wire.say(changed(business(entitlement=entitlement)))
    at = Number(
        account_sid=ACCOUNT, voice_url=f"{own.url}/twilio/voice", status_callback_url=f"{own.url}/twilio/call-status"
    )
    await twilio.put_number(NUMBER, at)
    yield own
    client.close()


def callers(count: int) -> list[str]:
    return [f"+1312555{1000 + number}" for number in range(count)]


async def called(twilio: SimulatorClient, callers: Sequence[str], **script: Any) -> list[str]:
    """Calls that are over, and all their webhooks on their way or lost."""
    sids = [await twilio.call(CallScript(from_=c, to=NUMBER, callees=UNANSWERED, **script)) for c in callers]
    for sid in sids:
        await twilio.finished_call(sid)
    return sids


def told(events: Sequence[Event[CallIngested]], *, by: Origin) -> set[tuple[str, Step]]:
    return {(event.data.leg_sid, event.data.step) for event in events if event.data.origin is by}


async def test_calls_of_which_no_webhook_came_are_ingested_once_and_those_that_are_known_not_again(
    wire: Wire, house: House, twilio: SimulatorClient
) -> None:
    async with house.ingest().running():
        known = await called(twilio, callers(2))
        await twilio.order_fault(LOST)
        lost = await called(twilio, [f"+1312555{2000 + number}" for number in range(5)])
        first = await house.over(await house.asked(timedelta(minutes=10)))
        again = await house.over(await house.asked(timedelta(minutes=10)))
    events = await wire.heard(CALLS_INGESTED)
    assert told(events, by=Origin.BACKFILL) == {(sid, step) for sid in lost for step in (Step.VOICE, Step.CALL_STATUS)}
    assert {event.data.call_sid for event in events if event.data.origin is Origin.WEBHOOK} == set(known)
    assert (first.state, first.listed, first.found, first.waiting) == (State.COMPLETE, 7, 5, 0)
    assert (again.state, again.listed, again.found, again.waiting) == (State.COMPLETE, 7, 0, 0)
    assert len({event.id for event in events}) == len(events)


async def test_of_a_call_only_what_is_missing_is_ingested_and_under_the_ids_of_its_webhooks(
    wire: Wire, house: House, twilio: SimulatorClient
) -> None:
    """The outcome of the Dial, of the leg and of the call were lost. The voice webhook came."""
    async with house.ingest().running():
        await twilio.order_fault(LOST.model_copy(update={"steps": frozenset(Webhook) - {Webhook.VOICE}}))
        [sid] = await called(twilio, [CALLER])
        [leg] = (await twilio.call_state(sid)).legs
        run = await house.over(await house.asked(timedelta(minutes=10)))
    assert run.found == 1
    events = await wire.heard(CALLS_INGESTED, count=3)
    assert told(events, by=Origin.WEBHOOK) == {(sid, Step.VOICE)}
    assert told(events, by=Origin.BACKFILL) == {(sid, Step.CALL_STATUS), (leg.call_sid, Step.CALL_STATUS)}
    assert {event.data.conversation_id for event in events} == {events[0].data.conversation_id}
    assert {event.data.called for event in events} == {NUMBER}


async def test_the_schedule_closes_a_gap_by_itself_and_says_nothing_twice(
    wire: Wire, house: House, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(LOST)
    lost = await called(twilio, callers(3))
    async with house.ingest(backfill_every_seconds=0.2).running():
        await wire.heard(CALLS_INGESTED, count=6)
        read_until = (await house.run(scheduled_id(ACCOUNT))).read_until
        assert read_until is not None
        passes = {read_until}
        async with asyncio.timeout(30):
            while len(passes) < 4:
                passes.add((await house.run(scheduled_id(ACCOUNT))).read_until or read_until)
                await asyncio.sleep(0.05)
    assert await wire.count(CALLS_INGESTED.name) == 2 * len(lost)


async def test_a_backfill_that_dies_on_its_way_goes_on_where_it_was(
    wire: Wire, house: House, twilio: SimulatorClient, list_of_calls: Between
) -> None:
    """Two hours in pieces of a quarter of an hour. The second process asks for none that the first had read."""
    await twilio.order_fault(LOST)
    old, *new = await called(twilio, callers(3))
    list_of_calls.older[old] = timedelta(minutes=100)
    list_of_calls.page_size = 100
    list_of_calls.open_for = 4
    async with house.ingest().running():
        run_id = await house.asked(timedelta(hours=2))
        await until(lambda: len(list_of_calls.asked) == 5)
        cut_off = await house.run(run_id)
    assert (cut_off.state, cut_off.found) == (State.OPEN, len(new))
    first, list_of_calls.asked, list_of_calls.open_for = list_of_calls.asked, [], None
    async with house.ingest().running():
        run = await house.over(run_id)
    assert (run.state, run.listed, run.found) == (State.COMPLETE, 3, 3)
    assert list_of_calls.asked[0] == first[4]
    assert (len(list_of_calls.asked), set(first[:4]) & set(list_of_calls.asked)) == (4, set())
    assert await wire.count(CALLS_INGESTED.name) == 6


async def test_who_asks_again_gets_the_run_that_is_under_way_and_a_new_one_when_that_is_over(house: House) -> None:
    runs, now = Runs(house.database), datetime.now(UTC)
    first = await house.asked(timedelta(hours=2), until_=now)
    assert await house.asked(timedelta(hours=1), until_=now + timedelta(seconds=9)) == first
    assert await house.asked(timedelta(hours=3), until_=now + timedelta(seconds=10)) != first, "further back"
    assert await house.asked(timedelta(hours=1), until_=now + timedelta(hours=1)) != first, (
        "what was since is not in it"
    )
    await runs.complete(await house.run(first), now=now)
    assert await house.asked(timedelta(hours=1), until_=now + timedelta(seconds=11)) not in {first, None}


async def test_of_two_replicas_one_reads_and_the_other_goes_on_when_it_is_gone(
    house: House, twilio: SimulatorClient, list_of_calls: Between
) -> None:
    await twilio.order_fault(LOST)
    await called(twilio, callers(1))
    (other_port,) = free_ports(1)
    async with house.ingest(ingest_port=other_port).running():
        async with house.ingest().running():
            runs = [await house.asked(timedelta(minutes=14), until_=_minutes_ago(n)) for n in range(3)]
            for run_id in runs:
                assert (await house.over(run_id)).state is State.COMPLETE
        asked = len(list_of_calls.asked)
        assert (await house.over(await house.asked(timedelta(minutes=14)))).state is State.COMPLETE
    assert (asked, len(list_of_calls.asked)) == (3, 4)


def _minutes_ago(minutes: int) -> datetime:
    """Different to the second, and each run covers no other."""
    return datetime.now(UTC) - timedelta(minutes=20 * minutes)


async def test_twilio_s_wish_for_patience_is_granted_and_the_same_page_is_asked_for_again(
    wire: Wire, house: House, twilio: SimulatorClient, list_of_calls: Between
) -> None:
    await twilio.order_fault(LOST)
    await called(twilio, callers(3))
    list_of_calls.refusals = [(429, {"Retry-After": "1"}), (503, {})]
    async with house.ingest().running():
        run = await house.over(await house.asked(timedelta(minutes=10)))
    assert (run.state, run.found) == (State.COMPLETE, 3)
    first, second = list_of_calls.times[:2]
    assert second - first >= 1
    assert list_of_calls.asked == [list_of_calls.asked[0]] * 3 + ["further"]
    assert await wire.count(CALLS_INGESTED.name) == 6


async def test_an_account_s_list_is_asked_for_no_faster_than_allowed(
    house: House, twilio: SimulatorClient, list_of_calls: Between
) -> None:
    await twilio.order_fault(LOST)
    await called(twilio, callers(7))
    async with house.ingest(backfill_requests_per_second=5).running():
        await house.over(await house.asked(timedelta(minutes=10)))
    times = list_of_calls.times
    assert len(times) == 4
    assert times[-1] - times[0] >= 0.2 * (len(times) - 1) - 0.05


async def test_nor_by_all_its_runs_together(house: House, list_of_calls: Between) -> None:
    runs = [await house.asked(timedelta(minutes=14), until_=_minutes_ago(n)) for n in range(4)]
    async with house.ingest(backfill_requests_per_second=5).running():
        for run_id in runs:
            await house.over(run_id)
    times = list_of_calls.times
    assert len(times) == 4
    assert times[-1] - times[0] >= 0.2 * (len(times) - 1) - 0.05


async def test_accounts_that_twilio_keeps_waiting_hold_up_no_pass_of_another_s(
    wire: Wire, house: House, list_of_calls: Between, credentials: Path
) -> None:
    """They are more than the requests that are made at once."""
    waiting = [f"AC{number:032x}" for number in range(6)]
    for number, account_sid in enumerate(waiting):
        (credentials / account_sid).write_text(TOKEN)
        numbers = (f"+1415555{1000 + number}",)
        await wire.say(changed(business(f"w{number}", account_sid=account_sid, numbers=numbers)))
    list_of_calls.later = dict.fromkeys(waiting[:3], 50) | dict.fromkeys(waiting[3:], 3600)
    async with house.ingest(backfill_every_seconds=0.2).running():
        passes = set[datetime]()
        async with asyncio.timeout(30):
            while len(passes) < 4:
                runs = await Runs(house.database).of([scheduled_id(ACCOUNT)])
                passes |= {run.read_until for run in runs.values() if run.read_until}
                await asyncio.sleep(0.05)
        others = (await Runs(house.database).of([scheduled_id(account_sid) for account_sid in waiting])).values()
    assert [run.state for run in others] == [State.OPEN] * 6
    assert [run.trouble for run in others if run.account_sid in waiting[3:]] == ["Twilio answers 429"] * 3


async def test_an_account_that_twilio_does_not_let_us_read_is_told_and_holds_up_no_other(
    house: House, twilio: SimulatorClient, credentials: Path
) -> None:
    await twilio.order_fault(LOST)
    await called(twilio, callers(1))
    (credentials / OTHER_ACCOUNT).write_text("wrong\n")
    nobodys = "AC" + "c" * 32
    async with house.ingest().running():
        other = await house.over(await house.asked(timedelta(minutes=10), account_sid=OTHER_ACCOUNT))
        unknown = await house.over(await house.asked(timedelta(minutes=10), account_sid=nobodys))
        own = await house.over(await house.asked(timedelta(minutes=10)))
    assert (other.state, other.trouble) == (State.REFUSED, "Twilio answers 401: see the account's auth token")
    assert (unknown.state, unknown.trouble) == (State.REFUSED, "there is no auth token for the account")
    assert (own.state, own.found) == (State.COMPLETE, 1)


async def test_what_is_too_recent_is_left_to_a_later_pass(house: House, twilio: SimulatorClient) -> None:
    await twilio.order_fault(LOST)
    await called(twilio, callers(2))
    async with house.ingest(backfill_settle_seconds=60).running():
        run = await house.over(await house.asked(timedelta(minutes=10)))
    assert (run.listed, run.found, run.waiting) == (2, 0, 2)


@pytest.mark.parametrize("uri", ["", "mongodb://127.0.0.1:1/?directConnection=true"], ids=["none", "one that is away"])
async def test_without_a_mongodb_the_phone_is_answered_all_the_same(
    wire: Wire, house: House, session: ClientSession, uri: str
) -> None:
    async with house.ingest(
        mongodb_uri=uri, backfill_every_seconds=0.2, public_url="https://hooks.example.com"
    ).running():
        answer = await Door(session=session, port=house.port).post("/twilio/voice", VOICE)
    assert answer.status == 200
    assert PHONE in answer.text
    [event] = await wire.heard(CALLS_INGESTED)
    assert event.data.caller_kind is CallerKind.NUMBER
