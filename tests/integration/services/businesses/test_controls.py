"""A pause that is written down reaches its topic, once and in order, whoever else turns the same tap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY

from missedcall.pause_book import turn
from runtime.mongo import database_name, mongo_client
from runtime.service import wall_clock
from schemas.controls import CONTROLS_CHANGED, ControlScope, Texting
from services.businesses import NAME
from services.businesses.app import build
from services.businesses.controls import COLLECTION, Controls
from services.businesses.settings import Settings
from services.businesses.taps import Order, Tap
from tests.integration.commands import Command
from tests.integration.wire import Wire
from tests.waiting import until

EVERYWHERE = Tap(scope=ControlScope.EVERYWHERE)
ACCOUNT = "AC" + "0" * 32
ADD = ["business", "add", "--name", "Acme", "--number", "+14155550199", "--account-sid", ACCOUNT]
FORWARD = ["--mode", "forward", "--forward-to", "+14155550111"]
PAUSE = ["pause", "--because", "wrong words"]
AT_ONCE = ["--within-seconds", "0"]


@pytest.fixture
async def controls(wire: Wire) -> AsyncIterator[Controls]:
    """As a command has them: beside the service, in another process."""
    client = mongo_client(wire.stack.mongodb, application="tests")
    yield Controls(client[database_name(NAME, namespace=wire.namespace)][COLLECTION])
    client.close()


@pytest.fixture
def settings(wire: Wire) -> Settings:
    return Settings(**wire.settings)


def paused_scopes(kind: ControlScope, *, shadow: bool = False) -> float | None:
    return REGISTRY.get_sample_value("missedcall_paused_scopes", {"kind": kind, "shadow": str(shadow).lower()})


async def test_a_pause_and_its_end_stand_on_the_topic_under_their_scope(
    wire: Wire, settings: Settings, command: Command
) -> None:
    async with build(settings).running():
        id_ = (await command(*ADD, *FORWARD)).stdout.strip()
        paused = await command(*PAUSE, "--business", id_)
        assert (paused.exit_code, paused.stderr) == (0, "")
        assert f"texting for business {id_} is paused" in paused.stdout
        resumed = await command("resume", "--business", id_, "--because", "words are right", "--json")
        first, second = await wire.heard(CONTROLS_CHANGED, count=2)
    assert {first.partitionkey, second.partitionkey} == {f"business/{id_}"}
    assert (first.data.texting, first.data.version, first.data.why) == (Texting.PAUSED, 1, "wrong words")
    assert (second.data.texting, second.data.version) == (Texting.ON, 2)
    told = {"control": second.data.model_dump(mode="json"), "published": True, "others": 0}
    assert json.loads(resumed.stdout) == told


async def test_pausing_and_resuming_twice_is_said_once(wire: Wire, settings: Settings, command: Command) -> None:
    async with build(settings).running():
        for arguments in (PAUSE, PAUSE, [*PAUSE, "--shadow"], ["resume"], ["resume"]):
            assert (await command(*arguments, "--everywhere")).exit_code == 0
        events = await wire.heard(CONTROLS_CHANGED, count=3)
        assert await wire.count(CONTROLS_CHANGED.name) == 3
    assert [event.data.texting for event in events] == [Texting.PAUSED, Texting.SHADOW, Texting.ON]


async def test_without_its_service_a_pause_is_recorded_and_says_that_it_does_not_hold_yet(
    wire: Wire, settings: Settings, command: Command
) -> None:
    paused = await command(*PAUSE, "--everywhere", *AT_ONCE, "--json")
    assert (paused.exit_code, json.loads(paused.stdout)["published"]) == (0, False)
    assert "recorded, not yet in effect" in paused.stderr
    async with build(settings).running():
        [event] = await wire.heard(CONTROLS_CHANGED)
    assert event.data.texting is Texting.PAUSED


async def test_the_pauses_that_stand_are_listed_and_a_resumed_one_tells_of_the_others(command: Command) -> None:
    assert "paused nowhere" in (await command("paused")).stdout
    id_ = json.loads((await command(*ADD, *FORWARD, *AT_ONCE, "--json")).stdout)["id"]
    for scope in (["--business", id_], ["--account", ACCOUNT, "--shadow"], ["--everywhere"]):
        await command(*PAUSE, *scope, *AT_ONCE)
    listed = json.loads((await command("paused", "--json")).stdout)["paused"]
    assert [(one["scope"], one["name"], one["texting"]) for one in listed] == [
        ("everywhere", "", "paused"),
        ("account", ACCOUNT, "shadow"),
        ("business", id_, "paused"),
    ]
    resumed = await command("resume", "--business", id_, *AT_ONCE)
    assert "2 other pauses stand: `missedcall paused` shows all" in resumed.stderr
    shown = (await command("paused")).stdout
    assert (id_ in shown, ACCOUNT in shown, "wrong words" in shown) == (False, True, True)


@pytest.mark.parametrize("verb", [PAUSE, ["resume"]], ids=["pause", "resume"])
@pytest.mark.parametrize(
    ("scope", "problem"),
    [(["--business", "b_9"], "--business: there is none"), (["--account", ACCOUNT], "--account: no business")],
    ids=["business", "account"],
)
async def test_what_nobody_knows_is_not_paused(
    controls: Controls, command: Command, verb: list[str], scope: list[str], problem: str
) -> None:
    refused = await command(*verb, *scope)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert problem in refused.stderr
    assert "`missedcall business list`" in refused.stderr
    assert await controls.standing() == []


async def test_orders_given_at_once_are_carried_out_one_after_the_other(wire: Wire, controls: Controls) -> None:
    environ = {"MONGODB_URI": wire.stack.mongodb, "MISSEDCALL_NAMESPACE": wire.namespace}

    async def order(number: int) -> None:
        asked = Order(texting=Texting.PAUSED, why=f"reason {number}")
        await turn(EVERYWHERE, asked, environ, now=wall_clock(), within_seconds=0)

    await asyncio.gather(*(order(number) for number in range(10)))
    [unsaid] = await controls.journal.unsaid()
    said = [CONTROLS_CHANGED.parse(record.value).data for record in unsaid.records]
    assert [control.version for control in said] == list(range(1, 11))
    assert await controls.standing() == said[-1:]


async def test_the_pauses_that_stand_are_counted_by_kind(settings: Settings, command: Command) -> None:
    await command(*PAUSE, "--everywhere", "--shadow", *AT_ONCE)
    async with build(settings).running():
        await until(lambda: paused_scopes(ControlScope.EVERYWHERE, shadow=True) == 1)
        assert paused_scopes(ControlScope.EVERYWHERE) == 0
        await command("resume", "--everywhere")
        await until(lambda: paused_scopes(ControlScope.EVERYWHERE, shadow=True) == 0)
