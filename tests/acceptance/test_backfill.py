"""An outage of ours: no webhook of a call came, and Twilio's list is read by the command, on the whole system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from local.stack import Stack
from local.system import System, running_system
from missedcall.stage.opening import open_stage
from missedcall.stage.play import Stage
from schemas.businesses import Mode
from simulator.options import Options
from simulator.server import running
from simulator.voice.script import Callee
from simulator.voice.script import Outcome as Phone
from simulator.webhooks.steps import Step
from tests.acceptance.outage import Outage, outage_of
from tests.acceptance.terminal import environment, started, typed
from tests.integration.services.ingest.between import Between, between
from tests.waiting import until

TEXTED = ("permitted", "accepted", "delivered")
BLOCKED = ("missed (never_rang)", "blocked (too_late)")
ALL_BUT_THE_FIRST = frozenset(Step) - {Step.VOICE}


@pytest.fixture(scope="module")
async def list_of_calls() -> AsyncIterator[Between]:
    async with ClientSession() as session, running(Options(speed=40)) as url, between(url, session) as own:
        own.page_size = 1000
        yield own


@pytest.fixture(scope="module")
async def system(stack: Stack, list_of_calls: Between) -> AsyncIterator[System]:
    """Nothing is read by schedule, and nothing waited for: each test asks when it is time."""
    given = {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "MONGODB_URI": stack.mongodb,
        "MISSEDCALL_NAMESPACE": f"t{uuid4().hex[:8]}.",
        "MISSEDCALL_GRACE_SECONDS": "1",
        "MISSEDCALL_TWILIO_API_BASE": list_of_calls.url,
        "MISSEDCALL_BACKFILL_EVERY_SECONDS": "0",
        "MISSEDCALL_BACKFILL_SETTLE_SECONDS": "0",
        "MISSEDCALL_BACKFILL_LIST_SECONDS": "0",
        "MISSEDCALL_BACKFILL_REQUESTS_PER_SECOND": "50",
        "MISSEDCALL_BACKFILL_LEASE_SECONDS": "2",
    }
    async with running_system(environment(**given)) as running:
        yield running


@pytest.fixture(scope="module")
async def stage(system: System, list_of_calls: Between) -> AsyncIterator[Stage]:
    urls = [f"{url}/metrics" for url in system.ops.values()]
    async with open_stage(simulator=list_of_calls.twilio, environment=system.environment, metrics_urls=urls) as opened:
        yield opened


@pytest.fixture
async def outage(stage: Stage, system: System) -> Outage:
    return await outage_of(stage, system, mode=Mode.FORWARD)


async def test_each_missed_call_of_an_outage_gets_its_one_text_also_if_its_webhooks_come_after_all(
    outage: Outage, system: System
) -> None:
    """The command twice, and each webhook once more; a further call of the same person shows that all were taken."""
    lost = [await outage.call() for _ in range(3)]
    cut_off = [await outage.call(lose=ALL_BUT_THE_FIRST) for _ in range(3)]
    answered = await outage.call(lose=ALL_BUT_THE_FIRST, callees=(Callee(outcome=Phone.ANSWERS, talk_seconds=9),))
    told = await outage.call(lose=frozenset())
    first, second = [await typed(outage.command("20m"), system.environment) for _ in range(2)]
    assert (first.code, first.last_line["found"], second.code, second.last_line["found"]) == (0, 7, 0, 0), first.err
    for sid, _ in lost:
        assert await outage.became(sid, "missed (never_rang)", *TEXTED) == ("missed (never_rang)", *TEXTED)
    for sid, _ in (*cut_off, told):
        assert (await outage.became(sid, "missed (dial_no_answer)", *TEXTED))[1:] == TEXTED
    assert await outage.became(answered[0], "answered (dial_answered)") == ("answered (dial_answered)",)

    for sid, caller in lost:
        call = {"CallSid": sid, "From": caller}
        assert await outage.webhook("voice", call | {"CallStatus": "ringing"}) == 200
        assert await outage.webhook("call-status", call | {"CallStatus": "completed", "SequenceNumber": "0"}) == 204
    again = [await outage.call(**{"from": caller}, lose=frozenset()) for _, caller in lost]
    for sid, _ in again:
        await outage.became(sid, "missed (dial_no_answer)", *TEXTED)
    callers = [caller for _, caller in (*cut_off, told)]
    assert await outage.texts(*callers) == [1, 1, 1, 1]
    assert await outage.texts(answered[1]) == [0]
    assert await outage.texts(*(caller for _, caller in lost)) == [2, 2, 2], "one for each of the two calls"


async def test_a_text_whose_time_has_passed_is_not_sent_and_the_trace_says_why(
    outage: Outage, system: System, list_of_calls: Between
) -> None:
    """By the time of the call's end at Twilio: it is ingested a moment ago."""
    (old, early), (new, late) = await outage.call(), await outage.call()
    list_of_calls.older[old] = timedelta(minutes=40)
    done = await typed(outage.command("2h"), system.environment)
    assert (done.code, done.last_line["found"]) == (0, 2)
    assert await outage.became(old, *BLOCKED) == BLOCKED
    assert (await outage.became(new, "missed (never_rang)", *TEXTED))[1:] == TEXTED
    assert await outage.texts(early, late) == [0, 1]
    trace = await typed(["trace", old], system.environment)
    told = " ".join(trace.out.split())
    assert "Twilio says of the call: completed (by its list of calls: no webhook came)" in told
    assert "too much time has passed since the call" in told


async def test_what_a_carrier_forwarded_is_missed_and_what_is_only_observed_stays_undetermined(
    stage: Stage, system: System
) -> None:
    overflow, observe = [await outage_of(stage, system, mode=mode) for mode in (Mode.OVERFLOW, Mode.OBSERVE)]
    (forwarded, caller), (observed, other) = (
        await overflow.call(forwarded_from=next(stage.numbers)),
        await observe.call(),
    )
    for outage in (overflow, observe):
        assert (await typed(outage.command("20m"), system.environment)).last_line["found"] == 1
    assert (await overflow.became(forwarded, "missed (forwarded_unanswered)", *TEXTED))[1:] == TEXTED
    assert await observe.became(observed, "undetermined (no_evidence)") == ("undetermined (no_evidence)",)
    assert await overflow.texts(caller, other) == [1, 0]


async def test_ingest_killed_in_the_middle_of_a_backfill_goes_on_where_it_was(
    outage: Outage, system: System, list_of_calls: Between
) -> None:
    """By SIGKILL, while the command waits: it ends well all the same."""
    (new, caller), (old, other) = await outage.call(), await outage.call()
    list_of_calls.older[old] = timedelta(minutes=100)
    list_of_calls.asked, list_of_calls.open_for = [], 4
    command = await started(outage.command("2h"), system.environment)
    await until(lambda: len(list_of_calls.asked) == 5)
    system.processes.kill("ingest")
    before, list_of_calls.asked, list_of_calls.open_for = list_of_calls.asked[:4], [], None
    out, err = await command.communicate()
    assert command.returncode == 0, err
    assert b'"found": 2' in out
    assert set(before) & set(list_of_calls.asked) == set()
    assert (await outage.became(new, "missed (never_rang)", *TEXTED))[1:] == TEXTED
    assert (await outage.became(old, *BLOCKED)) == BLOCKED
    assert await outage.texts(caller, other) == [1, 0]


async def test_a_business_that_nobody_knows_is_said_to_be_nobody_s(system: System) -> None:
    ended = await typed(["backfill", "--since", "1h", "--business", "b_nobody"], system.environment)
    assert (ended.code, ended.out) == (2, "")
    assert "no connected business is meant: `missedcall business list` shows all" in ended.err
