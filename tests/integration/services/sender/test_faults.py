"""A Twilio that misbehaves in each way it can: one message a text, and what is known of it is true."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from local.ports import free_ports
from runtime.events import Event
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, KnownBy, TextDispatched, TextState
from services.sender.app import build
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.faults.order import FaultOrder
from simulator.options import Options
from simulator.server import running
from tests.integration.services.sender.conftest import ACCOUNT, SENDER, TOKEN, Neighbours
from tests.integration.wire import Wire
from tests.waiting import until

Heard = Sequence[Event[TextDispatched]]

# Seconds where production has minutes, or hours.
QUICK = {
    "look_first_seconds": 0.5,
    "look_cap_seconds": 0.5,
    "park_after_seconds": 4.0,
    "ask_first_seconds": 1.0,
    "ask_cap_seconds": 1.0,
}
BURST = 4
NO_CALLBACK = FaultOrder(name="no-callback", times=None)


@pytest.fixture
def quick(settings: Settings) -> Settings:
    return settings.model_copy(update=QUICK)


def reached(state: TextState, *text_ids: str) -> Callable[[Heard], bool]:
    """Whether each of them came to this state."""
    return lambda heard: set(text_ids or ("t1",)) <= {e.data.text_id for e in heard if e.data.state is state}


def told(heard: Heard, text_id: str = "t1") -> list[tuple[TextState, KnownBy | None]]:
    """But `sent`, whose callback may be overtaken by that of `delivered`, and then says nothing."""
    said = [event.data for event in heard if event.data.text_id == text_id and event.data.state is not TextState.SENT]
    return [(dispatched.state, dispatched.known_by) for dispatched in said]


def counted(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"missedcall_{metric}", labels) or 0


def contradictions() -> float:
    return counted("text_contradictions_total")


@pytest.mark.parametrize(
    ("faults", "settled"),
    [
        pytest.param(
            [FaultOrder(name="answer-late", real_seconds=0.4), NO_CALLBACK],
            [(TextState.ACCEPTED, KnownBy.ANSWER), (TextState.DELIVERED, KnownBy.STATUS)],
            id="late, but within the limit",
        ),
        pytest.param(
            [FaultOrder(name="answer-late", real_seconds=2), NO_CALLBACK],
            [(TextState.UNSURE, None), (TextState.ACCEPTED, KnownBy.LIST), (TextState.DELIVERED, KnownBy.LIST)],
            id="past the limit",
        ),
        pytest.param(
            [FaultOrder(name="answer-late", real_seconds=2)],
            [(TextState.ACCEPTED, KnownBy.CALLBACK), (TextState.DELIVERED, KnownBy.CALLBACK)],
            id="past the limit, and a callback came meanwhile",
        ),
        pytest.param(
            [FaultOrder(name="callback-before-answer")],
            [(TextState.ACCEPTED, KnownBy.CALLBACK), (TextState.DELIVERED, KnownBy.CALLBACK)],
            id="after the callbacks",
        ),
    ],
)
async def test_an_answer_that_comes_late_or_never_settles_what_nothing_else_has_settled(
    *,
    wire: Wire,
    neighbours: Neighbours,
    quick: Settings,
    twilio: SimulatorClient,
    faults: list[FaultOrder],
    settled: list[tuple[TextState, KnownBy | None]],
) -> None:
    before = contradictions()
    for fault in faults:
        await twilio.order_fault(fault)
    async with build(quick).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED))
    (message,) = await twilio.messages()
    assert told(events) == settled
    assert {event.data.message_sid for event in events if event.data.state is not TextState.UNSURE} == {message["sid"]}
    assert contradictions() == before


async def test_callbacks_that_come_twice_are_said_once_and_contradict_nothing(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    before = contradictions()
    await twilio.order_fault(FaultOrder(name="callback-twice"))
    async with build(quick).running():
        await neighbours.screened("t1")
        await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED))
        await neighbours.screened("t2")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED, "t2"))
    said = [(event.data.text_id, event.data.state) for event in events]
    assert len(said) == len(set(said))
    assert contradictions() == before


async def test_callbacks_of_a_message_that_never_was_are_counted_and_twilio_is_asked_instead(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    """They carry our text id, and name what the answer did not name."""
    before = contradictions()
    await twilio.order_fault(NO_CALLBACK)
    async with build(quick).running():
        await neighbours.screened("t1")
        await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.ACCEPTED))
        await neighbours.receipt("t1", "SM" + "9" * 32, "undelivered", 30003)
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED))
        await until(lambda: contradictions() == before + 1)
    (message,) = await twilio.messages()
    assert told(events) == [(TextState.ACCEPTED, KnownBy.ANSWER), (TextState.DELIVERED, KnownBy.STATUS)]
    assert {event.data.message_sid for event in events} == {message["sid"]}


async def test_a_callback_of_the_message_that_another_text_is_settles_nothing(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    """Nor does it hide what is: the text is found later, as its own message."""
    before = contradictions()
    async with build(quick).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED))
        sid = events[0].data.message_sid or ""
        for fault in (
            NO_CALLBACK,
            FaultOrder(name="list-lag", real_seconds=2),
            FaultOrder(name="accept-then-500"),
        ):
            await twilio.order_fault(fault)
        await neighbours.screened("t2")
        await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.UNSURE, "t2"))
        await neighbours.receipt("t2", sid, "delivered")
        await until(lambda: contradictions() > before)
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED, "t2"))
    assert told(events, "t2")[:2] == [(TextState.UNSURE, None), (TextState.ACCEPTED, KnownBy.LIST)]
    sids = {event.data.text_id: event.data.message_sid for event in events}
    assert sids["t1"] == sid
    assert set(sids.values()) == {message["sid"] for message in await twilio.messages()}


async def test_an_answer_with_the_wrong_sid_is_put_right_by_a_callback_once_twilio_denies_it(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    before = contradictions()
    await twilio.order_fault(FaultOrder(name="wrong-sid"))
    await twilio.order_fault(NO_CALLBACK)
    async with build(quick).running():
        await neighbours.screened("t1")
        (accepted,) = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.ACCEPTED))
        (message,) = await twilio.messages()
        assert accepted.data.message_sid != message["sid"]
        await neighbours.receipt("t1", message["sid"], "sent")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED))
        await neighbours.receipt("t1", message["sid"], "delivered")
        await neighbours.screened("t2")
        await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.ACCEPTED, "t2"))
    assert told(events) == [(TextState.ACCEPTED, KnownBy.ANSWER), (TextState.DELIVERED, KnownBy.STATUS)]
    assert events[-1].data.message_sid == message["sid"]
    assert contradictions() == before + 1, "the callback before the question, and not the one after"


async def test_a_wrong_sid_that_nothing_contradicts_stays_accepted_and_is_asked_for_in_vain(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    """That Twilio has it is known, and how far it got is not: it is neither posted again nor taken back."""
    denied = {"about": "accepted", "answer": "no such message"}
    before = counted("text_inquiries_total", **denied)
    await twilio.order_fault(FaultOrder(name="wrong-sid"))
    await twilio.order_fault(NO_CALLBACK)
    async with build(quick).running():
        await neighbours.screened("t1")
        await until(lambda: counted("text_inquiries_total", **denied) >= before + 2)
        events = await wire.heard(TEXTS_DISPATCHED)
    assert told(events) == [(TextState.ACCEPTED, KnownBy.ANSWER)]
    assert len(await twilio.messages()) == 1


async def test_a_twilio_that_hangs_up_leaves_a_text_unsure_and_parked_and_not_posted_again(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="hang-up"))
    async with build(quick).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.PARKED))
    assert told(events) == [(TextState.UNSURE, None), (TextState.PARKED, KnownBy.DEADLINE)]
    assert [event.data.attempts for event in events] == [1, 1]
    assert await twilio.messages() == []


@pytest.mark.parametrize("base", ["refused", "no such name", "no TLS"])
async def test_what_cannot_be_connected_sent_nothing_and_is_tried_until_its_time_is_over(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient, base: str
) -> None:
    bases = {
        "refused": f"http://127.0.0.1:{free_ports(1)[0]}",
        "no such name": "http://twilio.invalid",
        "no TLS": twilio.url.replace("http:", "https:"),
    }
    before = counted("post_seconds_count", answer="NotConnected")
    unreachable = settings.model_copy(update={"twilio_api_base": bases[base], "silence_seconds": 0.2})
    async with build(unreachable).running():
        await neighbours.screened("t1", valid=timedelta(seconds=3))
        (event,) = await wire.heard(TEXTS_DISPATCHED)
    assert (event.data.state, event.data.reason) == (TextState.FAILED, Reason.EXPIRED)
    assert counted("post_seconds_count", answer="NotConnected") >= before + 2
    assert (event.data.attempts or 0) >= 2
    assert await twilio.messages() == []


@asynccontextmanager
async def twilio_at(port: int) -> AsyncIterator[SimulatorClient]:
    async with running(Options(port=port, speed=20)) as url, SimulatorClient.connected(url) as client:
        await client.put_account(ACCOUNT, [TOKEN])
        await client.put_number(SENDER, Number(account_sid=ACCOUNT))
        yield client


async def test_texts_that_found_nobody_go_out_once_when_twilio_is_there_again(
    wire: Wire, neighbours: Neighbours, settings: Settings
) -> None:
    before = counted("post_seconds_count", answer="NotConnected")
    (port,), texts = free_ports(1), [f"t{number}" for number in range(5)]
    away = settings.model_copy(update={"twilio_api_base": f"http://127.0.0.1:{port}", "silence_seconds": 0.2})
    async with build(away).running():
        for text_id in texts:
            await neighbours.screened(text_id)
        await until(lambda: counted("post_seconds_count", answer="NotConnected") >= before + 5)
        async with twilio_at(port) as back:
            events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.ACCEPTED, *texts))
            assert len(await back.messages()) == len(texts)
    assert {event.data.state for event in events} <= {TextState.ACCEPTED, TextState.SENT, TextState.DELIVERED}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(FaultOrder(name="too-many-requests", times=BURST), id="without Retry-After"),
        pytest.param(FaultOrder(name="too-many-requests", times=BURST, retry_after=1), id="with Retry-After"),
    ],
)
async def test_a_burst_of_429_delays_texts_and_neither_loses_nor_doubles_one(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient, fault: FaultOrder
) -> None:
    texts = [f"t{number}" for number in range(10)]
    await twilio.order_fault(fault)
    async with build(settings).running():
        for text_id in texts:
            await neighbours.screened(text_id)
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.ACCEPTED, *texts))
    assert [standing["met"] for standing in await twilio.faults()] == [BURST]
    assert len(await twilio.messages()) == len(texts)
    assert TextState.UNSURE not in {event.data.state for event in events}
    accepted = [event.data.attempts or 0 for event in events if event.data.state is TextState.ACCEPTED]
    assert sum(accepted) >= len(texts) + BURST


async def test_while_twilio_asks_to_wait_the_account_is_left_alone(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    """Also with the texts that were not refused: what comes meanwhile waits as well."""
    asked = {"account": ACCOUNT, "why": "asked"}
    before = counted("account_halts_total", **asked)
    await twilio.order_fault(FaultOrder(name="too-many-requests", retry_after=3))
    async with build(settings).running():
        await neighbours.screened("t1")
        await until(lambda: counted("account_halts_total", **asked) == before + 1)
        refused = asyncio.get_running_loop().time()
        await neighbours.screened("t2")
        await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.ACCEPTED, "t1", "t2"))
        assert asyncio.get_running_loop().time() - refused >= 2.5
    assert len(await twilio.messages()) == 2
