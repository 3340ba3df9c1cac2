"""Kafka that hangs, and restarts meanwhile: every call is answered in time, with the right TwiML, and none is lost."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from prometheus_client import REGISTRY

from local.folders import cache_folder
from local.kafka import running_kafka
from local.programs import Server
from local.stack import Stack
from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED
from services.ingest.app import build
from services.ingest.settings import Settings
from tests.integration.runtime.ground import frozen
from tests.integration.services.ingest.conftest import changed, led
from tests.integration.services.ingest.door import Door
from tests.integration.services.ingest.process import SPOOL_KEY, ingest
from tests.integration.services.ingest.ringing import call_sid, percentile, ring, rings_the_phone
from tests.integration.wire import Wire
from tests.unit.services.ingest.webhooks import IDENTITY_KEY, PUBLIC, VOICE, WRITTEN, business
from tests.waiting import until

_CALLS = 300


@pytest.fixture(scope="module")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Ours alone: it is stopped without harm to others."""
    async with running_kafka(tmp_path_factory.mktemp("kafka") / "kafka", cache_folder(os.environ)) as own:
        yield own


@pytest.fixture
async def own_wire(kafka: Server) -> Wire:
    wire = Wire(Stack(kafka=kafka.address, mongodb="", kind="given"), f"t{uuid4().hex[:8]}.")
    await wire.create_topics()
    await led(wire)
    await wire.say(changed(business()))
    return wire


def passed_by() -> float | None:
    return REGISTRY.get_sample_value("missedcall_breaker_open", {"topic": CALLS_INGESTED.name})


async def test_while_kafka_hangs_every_call_is_answered_in_time_and_in_kafka_when_it_is_back(
    own_wire: Wire, kafka: Server, credentials: Path, tmp_path: Path, session: ClientSession
) -> None:
    ours = {"public_url": PUBLIC, "identity_key": IDENTITY_KEY, "twilio_credentials": credentials, "ingest_port": 0}
    spool = {"spool": tmp_path / "spool", "spool_key": SPOOL_KEY}
    service = build(Settings.model_validate(own_wire.settings | ours | spool | {"mongodb_uri": ""}))
    assert kafka.pid is not None
    async with service.running():
        door = Door(session=session, port=service.ports["web"])
        before = await ring(door, range(20))
        with frozen(kafka.pid):
            during = await ring(door, range(20, _CALLS))
            assert (REGISTRY.get_sample_value("missedcall_spool_bytes") or 0) > 0
            assert passed_by() == 1
        await until(lambda: REGISTRY.get_sample_value("missedcall_spool_bytes") == 0)
        after = await ring(door, range(_CALLS, _CALLS + 20))
        assert passed_by() == 0
    assert all(rings_the_phone(answer) for answer in [*before, *during, *after])
    assert percentile(during, 0.99) < 1.5
    assert percentile(during, 0.5) < 0.5  # who comes when it is known does not wait for Kafka
    events = await own_wire.heard(CALLS_INGESTED, until=lambda events: len({e.subject for e in events}) == _CALLS + 20)
    assert {event.subject for event in events} == {call_sid(number) for number in range(_CALLS + 20)}


async def test_ingest_that_restarts_while_kafka_hangs_knows_its_businesses_and_loses_nothing(
    own_wire: Wire, kafka: Server, credentials: Path, tmp_path: Path, session: ClientSession
) -> None:
    folder = tmp_path / "ingest"
    async with ingest(own_wire, session, credentials, folder) as first:
        assert rings_the_phone(await first.answers("/twilio/voice", VOICE | {"CallSid": call_sid(1)}))
        await until(lambda: any((folder / "snapshots").glob("*.json")))
        # At its start it had not heard of Kafka yet, so the call may have gone by the disk.
        await until(lambda: not any((folder / "spool").glob("*.spool")))
        await first.killed()
    assert kafka.pid is not None
    with frozen(kafka.pid):
        for number in (2, 3):
            async with ingest(own_wire, session, credentials, folder) as again:
                call = VOICE | {"CallSid": call_sid(number)}
                answer = await again.answers("/twilio/voice", call)
                assert rings_the_phone(answer)
                assert answer.seconds < 0.5  # no caller asks a Kafka that has not answered yet
                written = WRITTEN | {"MessageSid": f"SM{number:032x}", "Body": "STOP"}
                assert (await again.door.post("/twilio/message", written)).status == 503  # kept, and not heard yet
                await again.killed()
        assert len(list((folder / "spool").glob("*.spool"))) == 4
    async with ingest(own_wire, session, credentials, folder):
        messages = await own_wire.heard(MESSAGES_INGESTED, until=lambda events: len({e.id for e in events}) == 2)
        calls = await own_wire.heard(CALLS_INGESTED, until=lambda events: len({e.id for e in events}) == 3)
        await until(lambda: not any((folder / "spool").glob("*.spool")))
    assert {event.data.body for event in messages} == {"STOP"}
    assert {event.subject for event in calls} == {call_sid(number) for number in (1, 2, 3)}
