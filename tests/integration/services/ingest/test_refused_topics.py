"""A topic that Kafka does not take is spooled, and nothing else of ingest notices; nor does Kafka miss the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from prometheus_client import REGISTRY

from runtime.admin import kafka_admin
from runtime.service import Service
from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED
from services.ingest import handlers
from services.ingest.app import build
from services.ingest.metrics import Outcome
from services.ingest.settings import Settings
from services.ingest.spool.pages import Lane
from tests.integration.runtime.ground import delete_topic
from tests.integration.services.ingest.conftest import changed, led
from tests.integration.services.ingest.door import Door
from tests.integration.services.ingest.process import SPOOL_KEY
from tests.integration.services.ingest.ringing import call_sid, rings_the_phone
from tests.integration.wire import Wire
from tests.unit.services.ingest.spool.ground import files
from tests.unit.services.ingest.webhooks import IDENTITY_KEY, PUBLIC, VOICE, WRITTEN, business
from tests.waiting import until


@pytest.fixture
def mounted(tmp_path: Path) -> Callable[[], object]:
    """Until this is called there can be no folder below it."""
    (tmp_path / "volume").touch()
    return (tmp_path / "volume").unlink


@pytest.fixture
async def service(wire: Wire, credentials: Path, tmp_path: Path) -> Service:
    await led(wire)
    await wire.say(changed(business()))
    ours = {"public_url": PUBLIC, "identity_key": IDENTITY_KEY, "twilio_credentials": credentials, "ingest_port": 0}
    spool = {"spool": tmp_path / "volume" / "spool", "spool_key": SPOOL_KEY}
    return build(Settings.model_validate(wire.settings | ours | spool | {"mongodb_uri": ""}))


@asynccontextmanager
async def missing(wire: Wire, topic: str) -> AsyncIterator[None]:
    await delete_topic(wire.stack.kafka, wire.namespace + topic)
    yield
    await wire.create_topics()


async def take_small_ones_only(wire: Wire, topic: str) -> None:
    """It is so a moment later."""
    small = ConfigResource(ConfigResourceType.TOPIC, wire.namespace + topic, {"max.message.bytes": "100"})
    async with kafka_admin(wire.stack.kafka) as admin:
        await admin.alter_configs([small])


def passed_by() -> list[Lane]:
    return [lane for lane in Lane if REGISTRY.get_sample_value("missedcall_breaker_open", {"topic": lane}) != 0]


def set_aside() -> float:
    return REGISTRY.get_sample_value("missedcall_spool_records_total", {"outcome": Outcome.SET_ASIDE}) or 0


async def calls(door: Door, *numbers: int) -> None:
    for number in numbers:
        call = await door.post("/twilio/voice", VOICE | {"CallSid": call_sid(number)})
        assert rings_the_phone(call)
        assert call.seconds < 1


async def message(door: Door, number: int) -> int:
    """The status of its answer."""
    return (await door.post("/twilio/message", WRITTEN | {"MessageSid": f"SM{number:032x}"})).status


async def test_a_topic_that_is_missing_holds_up_no_other(
    service: Service, wire: Wire, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody writes is acknowledged when Kafka has it; who waits for too long is told to come again."""
    async with service.running():
        door = Door(session=session, port=service.ports["web"])
        assert passed_by() == []
        producer = publishers(service)[Lane.CALLS]._producer.client
        async with missing(wire, MESSAGES_INGESTED.name):
            monkeypatch.setattr(handlers, "HEARD_WITHIN_SECONDS", 0.2)
            assert await message(door, 1) == 503
            monkeypatch.setattr(handlers, "HEARD_WITHIN_SECONDS", 60.0)
            waiting = asyncio.ensure_future(message(door, 2))
            await calls(door, 1, 2, 3, 4)
            assert passed_by() == [Lane.MESSAGES]
            assert not waiting.done()
            await wire.heard(CALLS_INGESTED, count=4)
            assert publishers(service)[Lane.CALLS]._producer.client is producer  # with what it had in hand
        assert await waiting == 200
        await wire.heard(MESSAGES_INGESTED, until=lambda events: len({event.id for event in events}) == 2)
        await until(lambda: passed_by() == [])


def publishers(service: Service) -> dict[str, Any]:
    return dict(zip(Lane, service._parts.publishers[1:], strict=True))


async def test_a_record_that_kafka_takes_never_is_set_aside_and_its_caller_hears_nothing_of_it(
    service: Service, wire: Wire, session: ClientSession, tmp_path: Path
) -> None:
    folder = tmp_path / "volume" / "spool"
    before = set_aside()
    async with service.running():
        door = Door(session=session, port=service.ports["web"])
        number = 0
        await take_small_ones_only(wire, CALLS_INGESTED.name)
        async with asyncio.timeout(30):
            while set_aside() == before:
                number += 1
                await calls(door, number)
                assert await message(door, number) == 200
        await wire.heard(MESSAGES_INGESTED, until=lambda events: len({event.id for event in events}) == number)
        assert {path.name.rpartition("-")[0] for path in files(folder, ".aside")} == {CALLS_INGESTED.name}


async def test_a_folder_that_cannot_be_had_is_not_missed_while_kafka_is_there(
    mounted: Callable[[], object], service: Service, wire: Wire, session: ClientSession
) -> None:
    async with service.running():
        door = Door(session=session, port=service.ports["web"])
        await calls(door, 1)
        assert await message(door, 1) == 200
        assert REGISTRY.get_sample_value("missedcall_spool_usable") == 0
        await wire.heard(CALLS_INGESTED)
        mounted()
        await until(lambda: REGISTRY.get_sample_value("missedcall_spool_usable") == 1)
