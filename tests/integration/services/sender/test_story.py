"""The story of an unsure text as a person at a terminal reads it: sender and audit wrote it, on a real stack."""

from __future__ import annotations

import re

import pytest

from runtime.settings import RuntimeSettings
from services.audit.app import build as build_audit
from services.sender.app import build
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.faults.order import FaultOrder
from tests.integration.commands import Command
from tests.integration.services.sender.conftest import CALLER, Neighbours
from tests.integration.services.sender.test_rulings import story_of
from tests.integration.wire import Wire

# Seconds where production has hours.
QUICK = {"look_first_seconds": 0.5, "look_cap_seconds": 0.5, "park_after_seconds": 10.0, "ask_first_seconds": 1.0}


async def test_an_unsure_text_that_is_found_reads_as_a_story(
    *, wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient, command: Command
) -> None:
    """Twilio took it, said that it broke, lost the callbacks, and showed it in its list only after a while."""
    for fault in (
        FaultOrder(name="too-many-requests"),
        FaultOrder(name="accept-then-500"),
        FaultOrder(name="no-callback"),
        FaultOrder(name="list-lag", real_seconds=2),
    ):
        await twilio.order_fault(fault)
    quick = settings.model_copy(update=QUICK)
    async with build_audit(RuntimeSettings(**wire.settings)).running(), build(quick).running():
        await neighbours.screened("t1")
        events = await story_of(command, "t1", events=4)
        (message,) = await twilio.messages()
        shown = await command("trace", "CAt1")
    facts = [event["facts"] for event in events[:3]]
    assert [fact.get("screening") or fact["state"] for fact in facts] == ["permitted", "unsure", "accepted"]
    assert (facts[1]["reason"], facts[1]["attempts"]) == ("no_answer_from_twilio", 2)
    assert (facts[2]["known_by"], facts[2]["message_sid"]) == ("list", message["sid"])
    assert facts[2]["looks"] > 1
    assert events[2]["waited"] == pytest.approx(events[2]["seconds"] - events[1]["seconds"])
    story = re.sub(r"\s+", " ", shown.stdout)
    assert "unsure: it was posted to Twilio (attempt 2; those before sent nothing); no answer came" in story
    looked = f"Twilio's list was looked at {facts[2]['looks']} times, and there it stood, as {message['sid']}"
    assert f"accepted: {looked}" in story
    assert "delivered: as Twilio" in story
    assert CALLER[-10:] not in story


async def test_an_unsure_text_that_nobody_saw_ends_with_what_to_do(
    *, wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient, command: Command
) -> None:
    await twilio.order_fault(FaultOrder(name="server-error", status=500))
    quick = settings.model_copy(update={**QUICK, "park_after_seconds": 1.5})
    async with build_audit(RuntimeSettings(**wire.settings)).running(), build(quick).running():
        await neighbours.screened("t1")
        parked = (await story_of(command, "t1", events=3))[-1]
    assert (parked["facts"]["state"], parked["facts"]["known_by"]) == ("parked", "deadline")
    assert parked["facts"]["looks"] > 1
    assert parked["sentence"] == (
        "missed call text parked: nobody saw it at Twilio before the deadline: no callback came, its list was looked at"
        f" {parked['facts']['looks']} times; rule with `missedcall texts rule t1`"
    )
