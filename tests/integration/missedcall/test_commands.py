"""The commands against running services: what a person types, and what they get to see."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.settings import RuntimeSettings
from schemas.businesses import BUSINESSES_CHANGED, Status
from services.audit.app import build as build_audit
from services.businesses.app import build as build_businesses
from services.businesses.settings import Settings
from tests.integration.commands import Command
from tests.integration.wire import Wire
from tests.unit.services.audit.records import CALL, CALLER, CONVERSATION, TEXT, decided, ingested, receipt, screened

ADD = ["business", "add", "--name", "Acme", "--number", "+14155550199", "--account-sid", "AC" + "0" * 32]
FORWARD = ["--mode", "forward", "--forward-to", "+14155550111"]


async def test_a_business_is_added_shown_changed_and_listed(wire: Wire, command: Command) -> None:
    async with build_businesses(Settings(**wire.settings)).running():
        added = await command(*ADD, *FORWARD)
        assert (added.exit_code, added.stderr) == (0, "")
        id_ = added.stdout.strip()
        told = await command("business", "set", id_, "--status", "active", "--cooldown-minutes", "5", "--json")
        events = await wire.heard(BUSINESSES_CHANGED, count=2)
    answer = json.loads(told.stdout)
    assert (answer["id"], answer["version"], answer["published"]) == (id_, 2, True)
    assert [event.data.entitlement.status for event in events] == [Status.TRIAL, Status.ACTIVE]
    assert {event.partitionkey for event in events} == {id_}
    shown = json.loads((await command("business", "show", id_, "--json")).stdout)
    assert shown == answer["business"] == events[1].data.model_dump(mode="json")
    assert id_ in (await command("business", "list")).stdout
    assert "active" in (await command("business", "show", id_)).stdout


async def test_without_its_service_a_change_is_recorded_and_says_that_it_takes_effect_later(
    wire: Wire, command: Command
) -> None:
    added = await command(*ADD, *FORWARD, "--within-seconds", "0.2", "--json")
    assert added.exit_code == 0
    assert json.loads(added.stdout)["published"] is False
    assert "recorded, not yet in effect" in added.stderr
    async with build_businesses(Settings(**wire.settings)).running():
        [event] = await wire.heard(BUSINESSES_CHANGED)
    assert event.data.business_id == json.loads(added.stdout)["id"]


async def test_a_trial_is_extended_and_ended_by_the_operator(command: Command) -> None:
    id_ = json.loads((await command(*ADD, *FORWARD, "--within-seconds", "0", "--json")).stdout)["id"]
    change = ["business", "set", id_, "--within-seconds", "0", "--json", "--trial-ends"]
    extended = await command(*change, "2099-12-31T12:00:00Z")
    assert json.loads(extended.stdout)["business"]["entitlement"]["trial_ends_at"] == "2099-12-31T12:00:00Z"
    too_early = await command(*change, "2001-01-01T00:00:00+02:00")
    assert (too_early.exit_code, too_early.stdout) == (2, "")
    assert "--trial-ends: it lies before the trial's start" in too_early.stderr


@pytest.mark.parametrize("arguments", [["show", "b_9"], ["set", "b_9", "--plan", "pro"]], ids=["show", "set"])
async def test_a_business_that_nobody_knows_is_bad_input(command: Command, arguments: list[str]) -> None:
    failed = await command("business", *arguments)
    assert failed.exit_code == 2
    assert "there is no business b_9: `missedcall business list`" in failed.stderr


@pytest.mark.parametrize("about", [CALL, TEXT, "SM1", CONVERSATION], ids=["call", "text", "message", "conversation"])
async def test_a_story_is_told_by_whichever_name_is_known(wire: Wire, command: Command, about: str) -> None:
    async with build_audit(RuntimeSettings(**wire.settings)).running():
        await wire.say(receipt(), screened(), ingested(), decided(), decided())
        story = await story_told(command, about, events=4)
    assert [(event["seconds"], event["topic"]) for event in story["events"]] == [
        (0.0, "calls.ingested.v1"),
        (20.0, "calls.decided.v1"),
        (20.5, "texts.screened.v1"),
        (23.0, "receipts.ingested.v1"),
    ]
    shown = await command("trace", about)
    assert "missed: the business's phone rang and nobody answered" in shown.stdout
    assert "…0100 called …0199" in shown.stdout
    assert CALLER[-10:] not in shown.stdout + json.dumps(story)


async def story_told(command: Command, about: str, *, events: int) -> dict[str, Any]:
    """The story as JSON, once the audit has caught up."""
    async with asyncio.timeout(30):
        while True:
            told = await command("trace", about, "--json")
            story: dict[str, Any] = json.loads(told.stdout) if told.exit_code == 0 else {"events": []}
            if len(story["events"]) >= events:
                return story


async def test_of_a_call_that_nobody_knows_there_is_no_story(command: Command) -> None:
    failed = await command("trace", "CA404")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "nothing is known of CA404" in failed.stderr


async def test_topics_are_checked_against_the_declaration(command: Command) -> None:
    checked = await command("topics", "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["topics"]["calls.ingested.v1"] == 6


async def test_topics_that_are_missing_are_named_and_then_created(
    wire: Wire, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISSEDCALL_NAMESPACE", f"new{wire.namespace}")
    missing = await command("topics")
    assert missing.exit_code == 1
    assert "calls.ingested.v1 has 0 partitions, 6 are declared" in missing.stderr
    assert "missedcall topics" in missing.stderr
    assert (await command("topics", "--create")).exit_code == 0
    assert (await command("topics")).exit_code == 0
