"""Ingest as it is run, on a topic of businesses that holds one, and a door to knock at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from runtime.events import Event
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged
from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED, RECEIPTS_INGESTED
from services.ingest.app import build
from services.ingest.settings import Settings
from tests.integration.services.ingest.door import Door
from tests.integration.wire import Wire
from tests.unit.services.ingest.webhooks import ACCOUNT, IDENTITY_KEY, NOW, OLD_TOKEN, PUBLIC, TOKEN, business


def changed(of: BusinessChanged) -> Event[BusinessChanged]:
    return BUSINESSES_CHANGED.event(
        of, source="/businesses", subject=of.business_id, transition=str(of.version), key=of.business_id, time=NOW
    )


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    (tmp_path / ACCOUNT).write_text(f"{TOKEN}\n{OLD_TOKEN}\n")
    return tmp_path


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def led(wire: Wire) -> None:
    """A topic that was made a moment ago may take nothing yet, and ingest has little patience: offsets wait for it."""
    for topic in (CALLS_INGESTED, MESSAGES_INGESTED, RECEIPTS_INGESTED):
        await wire.count(topic.name)


@pytest.fixture
async def door(wire: Wire, credentials: Path, session: ClientSession) -> AsyncIterator[Door]:
    await led(wire)
    await wire.say(changed(business()))
    ours = {"public_url": PUBLIC, "identity_key": IDENTITY_KEY, "twilio_credentials": credentials, "ingest_port": 0}
    service = build(Settings.model_validate(wire.settings | ours | {"mongodb_uri": ""}))  # nothing but webhooks
    async with service.running():
        yield Door(session=session, port=service.ports["web"])
