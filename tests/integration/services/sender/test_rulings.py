"""A person rules on a text that nobody knows of: the sender says it, and the audit tells who and when."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.settings import RuntimeSettings
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, KnownBy, Ruling, TextState
from services.audit.app import build as build_audit
from services.sender.app import build
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.faults.order import FaultOrder
from tests.integration.commands import Command
from tests.integration.services.sender.conftest import Neighbours
from tests.integration.wire import Wire

SID = "SM" + "1" * 32
# Seconds where production has hours.
QUICK = {"look_first_seconds": 0.5, "look_cap_seconds": 0.5, "park_after_seconds": 1.0}


@pytest.mark.parametrize(
    ("verdict", "state"),
    [(["--accepted", SID], TextState.ACCEPTED), (["--failed"], TextState.FAILED)],
    ids=["accepted", "failed"],
)
async def test_a_ruling_is_said_to_all_and_told_by_the_trace(
    *,
    wire: Wire,
    neighbours: Neighbours,
    settings: Settings,
    twilio: SimulatorClient,
    command: Command,
    verdict: list[str],
    state: TextState,
) -> None:
    await twilio.order_fault(FaultOrder(name="server-error", status=500))
    quick = settings.model_copy(update=QUICK)
    async with build_audit(RuntimeSettings(**wire.settings)).running(), build(quick).running():
        await neighbours.screened("t1")
        await wire.heard(TEXTS_DISPATCHED, count=2)
        because = ["--because", "looked it up", "--by", "alice", "--within-seconds", "30"]
        ruled = await command("texts", "rule", "t1", *verdict, *because)
        assert (ruled.exit_code, ruled.stderr) == (0, "")
        event = (await wire.heard(TEXTS_DISPATCHED, count=3))[-1]
        story = await story_of(command, "t1", events=4)
    assert (event.data.state, event.data.reason, event.data.known_by) == (state, Reason.RULED, KnownBy.RULING)
    assert event.data.ruling == Ruling(by="alice", because="looked it up")
    assert event.data.message_sid == (SID if state is TextState.ACCEPTED else None)
    assert [told["topic"] for told in story] == ["texts.screened.v1"] + ["texts.dispatched.v1"] * 3
    assert story[-1]["event_id"] == event.id
    assert await twilio.messages() == []


async def story_of(command: Command, about: str, *, events: int) -> list[dict[str, Any]]:
    """Once the audit has caught up."""
    async with asyncio.timeout(30):
        while True:
            told = await command("trace", about, "--json")
            story: list[dict[str, Any]] = json.loads(told.stdout)["events"] if told.exit_code == 0 else []
            if len(story) >= events:
                return story
