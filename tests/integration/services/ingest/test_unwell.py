"""Kafka slow, or coming and going: every call is answered within 1.5 s, and none is lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from local.folders import cache_folder
from local.kafka import LOG, SECONDS_TO_START, formatted, groups_ready, java_with_kafka, settings
from local.ports import free_ports
from local.programs import answering, running_program
from local.stack import Stack
from schemas.calls import CALLS_INGESTED
from tests.integration.runtime.proxy import Door as Proxy
from tests.integration.runtime.proxy import door_to
from tests.integration.services.ingest.conftest import changed, led
from tests.integration.services.ingest.process import Ingest, ingest
from tests.integration.services.ingest.ringing import A_SECOND, call_sid, percentile, ring, rings_the_phone
from tests.integration.wire import Wire
from tests.unit.services.ingest.webhooks import VOICE, business

_CALLS = 7 * A_SECOND


@pytest.fixture(scope="module")
async def proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxy]:
    """The only way to a Kafka of our own: it is there that it tells its clients to come."""
    broker, controller = free_ports(2)
    folder = tmp_path_factory.mktemp("kafka") / "kafka"
    async with door_to(f"127.0.0.1:{broker}") as door:
        await door.open()
        own = settings(door.address, bind="127.0.0.1", node=1, broker=broker, controller=controller)
        argv = await formatted(await java_with_kafka(cache_folder(os.environ)), folder, own)
        async with running_program("Kafka", argv, log=folder / LOG) as kafka:
            await answering(kafka, lambda: groups_ready("127.0.0.1", broker), within=SECONDS_TO_START)
            yield door


@pytest.fixture
async def own_wire(proxy: Proxy) -> Wire:
    wire = Wire(Stack(kafka=proxy.address, mongodb="", kind="given"), f"t{uuid4().hex[:8]}.")
    await wire.create_topics()
    await led(wire)
    await wire.say(changed(business()))
    return wire


@pytest.fixture
def start(
    own_wire: Wire, session: ClientSession, credentials: Path, tmp_path: Path
) -> Callable[[], AbstractAsyncContextManager[Ingest]]:
    return partial(ingest, own_wire, session, credentials, tmp_path / "ingest")


async def slow(proxy: Proxy) -> None:
    """Each answer of Kafka takes between half a second and one and a half."""
    random = Random(7)
    while True:
        proxy.delay = random.uniform(0.5, 1.5)
        await asyncio.sleep(0.2)


async def coming_and_going(proxy: Proxy) -> None:
    while True:
        await asyncio.sleep(2)
        await proxy.shut()
        await asyncio.sleep(2)
        await proxy.open()


@pytest.mark.parametrize("weather", [slow, coming_and_going])
async def test_however_kafka_does_calls_are_answered_in_time_and_none_is_lost(
    own_wire: Wire,
    proxy: Proxy,
    start: Callable[[], AbstractAsyncContextManager[Ingest]],
    weather: Callable[[Proxy], Awaitable[None]],
) -> None:
    calls = {call_sid(number) for number in range(_CALLS)}
    async with start() as running:
        assert rings_the_phone(await running.answers("/twilio/voice", VOICE | {"CallSid": call_sid(0)}))
        changing = asyncio.ensure_future(weather(proxy))
        answers = await ring(running.door, range(1, _CALLS))
        changing.cancel()
        with suppress(asyncio.CancelledError):
            await changing
        proxy.delay = 0.0
        await proxy.shut()
        await proxy.open()
        assert all(rings_the_phone(answer) for answer in answers)
        assert percentile(answers, 0.99) <= 1.5
        await own_wire.heard(CALLS_INGESTED, until=lambda events: {event.subject for event in events} == calls)
