"""Senders that die, are stopped, or left something unsaid."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from runtime.mongo import database_name, mongo_client
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, KnownBy, TextState
from services.sender import NAME
from services.sender.app import build
from services.sender.changes import Happening
from services.sender.evidence import Accepted
from services.sender.settings import Settings
from services.sender.state import Ledger
from simulator.client import SimulatorClient
from simulator.faults.order import FaultOrder
from tests.integration.services.sender.conftest import Neighbours
from tests.integration.wire import Wire
from tests.unit.services.sender.samples import SID, text


def environment(settings: Settings) -> dict[str, str]:
    values = settings.model_dump(mode="json", exclude_none=True)
    prefixed = {f"MISSEDCALL_{name}".upper(): str(value) for name, value in values.items()}
    stores = {"KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers, "MONGODB_URI": settings.mongodb_uri}
    return {**os.environ, **prefixed, **stores}


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.sender", env=environment(settings), stdout=PIPE, stderr=PIPE
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def posted(twilio: SimulatorClient, *, count: int = 1) -> None:
    async with asyncio.timeout(20):
        while len(await twilio.messages()) < count:  # noqa: ASYNC110 - the simulator tells nobody by itself
            await asyncio.sleep(0.02)


async def test_a_sender_killed_between_claim_and_answer_leaves_an_unsure_text_and_nobody_posts_it_again(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="accept-never-answer"))
    await twilio.order_fault(FaultOrder(name="no-callback"))
    async with process(settings) as sender:
        await neighbours.screened("t1")
        await posted(twilio)
        sender.send_signal(signal.SIGKILL)
        await sender.wait()
    assert await wire.count(TEXTS_DISPATCHED.name) == 0
    async with build(settings).running():
        events = await wire.heard(TEXTS_DISPATCHED, count=2)
    unsure, found = (event.data for event in events[:2])
    assert (unsure.state, unsure.reason) == (TextState.UNSURE, Reason.CLAIM_LOST)
    assert (found.state, found.known_by) == (TextState.ACCEPTED, KnownBy.LIST)
    assert len(await twilio.messages()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_sender_that_is_told_to_stop_finishes_what_it_has_in_hand_and_leaves_the_rest_to_the_next(
    number: signal.Signals, wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    """Ten POSTs are out, each answered late, and ten more texts wait: these are nobody's, and so nobody's loss."""
    await twilio.order_fault(FaultOrder(name="answer-late", real_seconds=0.6, times=10))
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    ten = settings.model_copy(update={"posts_per_account": 10})
    texts = [f"t{text}" for text in range(20)]
    async with process(ten) as sender:
        for text_id in texts:
            await neighbours.screened(text_id, conversation_id=f"c1_{text_id}")
        await posted(twilio, count=10)
        sender.send_signal(number)
        _, errors = await asyncio.wait_for(sender.communicate(), 15)
    assert sender.returncode == 0, errors
    events = await wire.heard(TEXTS_DISPATCHED, count=10)
    assert [e.data.state for e in events] == [TextState.ACCEPTED] * 10
    assert len(await twilio.messages()) == 10
    async with build(ten).running():
        events = await wire.heard(TEXTS_DISPATCHED, count=20)
    assert sorted(e.data.text_id for e in events if e.data.state is TextState.ACCEPTED) == sorted(texts)
    assert len(await twilio.messages()) == 20


async def test_what_a_dead_sender_stored_and_did_not_publish_is_published_by_the_next(
    wire: Wire, neighbours: Neighbours, settings: Settings
) -> None:
    await neighbours.screened("t9")
    client = mongo_client(settings.mongodb_uri, application="test")
    ledger = Ledger(client[database_name(NAME, namespace=settings.namespace)]["ledger"])
    past = datetime.now(UTC) - timedelta(minutes=1)
    await ledger.open([text()], now=past)
    (stored,) = await ledger.apply([Happening(text_id="text-1", evidence=Accepted(message_sid=SID))], now=past)
    client.close()
    async with build(settings).running():
        records = await wire.heard_raw(
            TEXTS_DISPATCHED.name, until=lambda heard: any(record.value == stored.record.value for record in heard)
        )
    assert [r.value for r in records].count(stored.record.value) == 1
