"""The simulator as a process of its own: says where it is, ends when it is told to, and carries load."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import pytest

from simulator.client import ControlError, SimulatorClient
from simulator.directory import Number
from simulator.options import Options
from simulator.server import running
from simulator.voice.script import Callee, CallScript, Outcome
from tests.integration.simulator.customer import ACCOUNT, CALLER, NUMBER, SHOP, TOKEN, Customer


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "--port", "0", "--speed", "20", "--seed", "1", stdout=PIPE, stderr=PIPE
    )
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


async def first_line(process: Process) -> dict[str, str]:
    assert process.stdout
    line: dict[str, str] = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
    return line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_is_once_it_is_there_and_ends_cleanly_when_told(
    process: Process, number: signal.Signals
) -> None:
    async with SimulatorClient.connected((await first_line(process))["simulator"]) as twilio:
        await twilio.put_account(ACCOUNT, [TOKEN])
        await twilio.put_number(
            NUMBER, Number(account_sid=ACCOUNT, voice_twiml=f"<Response><Dial>{SHOP}</Dial></Response>")
        )
        await twilio.call(CallScript(from_=CALLER, to=NUMBER))
        process.send_signal(number)
        _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, errors) == (0, b"")


async def test_reset_ends_what_runs_and_keeps_what_is_connected(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = f"<Dial timeout='5000'>{SHOP}</Dial>"
    sid = await twilio.call(CallScript(from_=CALLER, to=NUMBER))
    await twilio.text(CALLER, NUMBER, "STOP")
    await twilio.reset()
    customer.twiml.clear()
    assert await twilio.messages() == []
    assert await twilio.phone(CALLER) == []
    with pytest.raises(ControlError, match="no such call"):
        await twilio.call_state(sid)
    assert (await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER)))).done


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        pytest.param("calls", {"from": CALLER, "to": "+19990000000"}, "no such number", id="unknown number"),
        pytest.param("calls", {"from": CALLER, "too": NUMBER}, "to: Field required", id="missing field"),
        pytest.param("faults", {"name": "earthquake"}, "name: Input should be", id="unknown fault"),
    ],
)
async def test_the_control_api_says_what_is_wrong_without_repeating_it(
    twilio: SimulatorClient, path: str, body: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ControlError, match=complaint) as refused:
        await twilio._ask("POST", path, body)
    assert CALLER not in str(refused.value)


async def test_the_same_seed_gives_the_same_sids(customer: Customer) -> None:
    sids = []
    for _ in range(2):
        async with running(Options(speed=500, seed=42)) as url, SimulatorClient.connected(url) as twilio:
            await twilio.put_account(ACCOUNT, [TOKEN])
            await twilio.put_number(NUMBER, Number(account_sid=ACCOUNT, voice_url=customer.at("voice")))
            sids.append(await twilio.call(CallScript(from_=CALLER, to=NUMBER)))
    assert sids[0] == sids[1]


async def test_hundreds_of_calls_at_once_all_come_to_their_end(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = (
        f'<Dial action="/dial-result"><Number statusCallback="/leg" statusCallbackEvent="ringing completed">{SHOP}'
        "</Number></Dial>"
    )
    callees = (Callee(outcome=Outcome.ANSWERS, after=5, talk_seconds=20),)
    sids = [
        await twilio.call(CallScript(from_=f"+1312555{number:04d}", to=NUMBER, callees=callees))
        for number in range(300)
    ]
    states = [await twilio.finished_call(sid) for sid in sids]
    assert {state.status for state in states} == {"completed"}
    assert len(customer.heard) == 300 * 5
    assert await twilio.webhook_failures() == []
