"""The operator's hand on the tap, from the command through the businesses service to the POST that does not happen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from runtime.events import Event
from runtime.metrics import TABLE_ROWS
from schemas.controls import CONTROLS_CHANGED
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, TextDispatched, TextState
from services.businesses.app import build as build_businesses
from services.businesses.settings import Settings as BusinessesSettings
from services.sender.app import build
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.directory import Number
from tests.integration.commands import Command
from tests.integration.services.sender.conftest import ACCOUNT, SENDER, TOKEN, Neighbours
from tests.integration.wire import Wire
from tests.waiting import until

OTHER_ACCOUNT = "AC" + "0b" * 16
OTHER_SENDER = "+14155550101"
PAUSE = ["pause", "--because", "a complaint"]


@pytest.fixture
def other_token(settings: Settings) -> None:
    (settings.twilio_credentials / OTHER_ACCOUNT).write_text(f"{TOKEN}\n")


@pytest.fixture
async def businesses(wire: Wire, twilio: SimulatorClient, other_token: None) -> AsyncIterator[None]:  # noqa: ARG001
    """The service, and a second account at Twilio."""
    await twilio.put_account(OTHER_ACCOUNT, [TOKEN])
    await twilio.put_number(OTHER_SENDER, Number(account_sid=OTHER_ACCOUNT))
    async with build_businesses(BusinessesSettings(**wire.settings)).running():
        yield


@pytest.fixture
async def acme(businesses: None, command: Command) -> str:  # noqa: ARG001 - the service must run before it is asked
    return await connected(command, number=SENDER, account=ACCOUNT)


@pytest.fixture
async def other(businesses: None, command: Command) -> str:  # noqa: ARG001 - the service must run before it is asked
    return await connected(command, number=OTHER_SENDER, account=OTHER_ACCOUNT)


async def connected(command: Command, *, number: str, account: str) -> str:
    how = ["--mode", "forward", "--forward-to", "+13125550111"]
    added = await command("business", "add", "--name", "B", "--number", number, "--account-sid", account, *how)
    assert added.stderr == ""
    return str(added.stdout.strip())


async def obeyed(command: Command, *arguments: str) -> None:
    """It stands on the topic: a sender that starts now knows it before it posts anything."""
    done = await command(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")


def came_to(text_id: str, state: TextState) -> Callable[[Sequence[Event[TextDispatched]]], bool]:
    return lambda heard: any((event.data.text_id, event.data.state) == (text_id, state) for event in heard)


def known_pauses() -> float | None:
    """To the sender that runs in this process."""
    return REGISTRY.get_sample_value("missedcall_table_rows", {"topic": CONTROLS_CHANGED.name})


async def texts_of(twilio: SimulatorClient, text_id: str) -> int:
    return sum(text_id in message["body"] for message in await twilio.messages())


@pytest.mark.parametrize("kind", ["business", "account"])
async def test_of_whom_is_paused_nothing_is_posted_while_others_texts_go_until_it_is_resumed(
    *,
    wire: Wire,
    neighbours: Neighbours,
    settings: Settings,
    twilio: SimulatorClient,
    command: Command,
    acme: str,
    other: str,
    kind: str,
) -> None:
    scope = [f"--{kind}", acme if kind == "business" else ACCOUNT]
    await obeyed(command, *PAUSE, *scope)
    async with build(settings).running():
        await neighbours.screened("waits", business_id=acme)
        await neighbours.screened("goes", business_id=other, account_sid=OTHER_ACCOUNT, sender=OTHER_SENDER)
        # One conversation, so one order: what goes was read after what waits.
        await wire.heard(TEXTS_DISPATCHED, until=came_to("goes", TextState.DELIVERED))
        assert (await texts_of(twilio, "goes"), await texts_of(twilio, "waits")) == (1, 0)
        await obeyed(command, "resume", *scope)
        await wire.heard(TEXTS_DISPATCHED, until=came_to("waits", TextState.DELIVERED))
    assert await texts_of(twilio, "waits") == 1


async def test_paused_everywhere_nothing_is_posted_and_what_is_still_valid_afterwards_is_sent(
    *,
    wire: Wire,
    neighbours: Neighbours,
    settings: Settings,
    twilio: SimulatorClient,
    command: Command,
    acme: str,
) -> None:
    await obeyed(command, *PAUSE, "--everywhere")
    async with build(settings).running():
        await neighbours.screened("valid", business_id=acme)
        await neighbours.screened("late", business_id=acme, valid=timedelta(seconds=1))
        events = await wire.heard(TEXTS_DISPATCHED)
        assert [(event.data.text_id, event.data.state) for event in events] == [("late", TextState.FAILED)]
        assert await twilio.messages() == []
        await obeyed(command, "resume", "--everywhere")
        await wire.heard(TEXTS_DISPATCHED, until=came_to("valid", TextState.DELIVERED))
    assert (await texts_of(twilio, "valid"), await texts_of(twilio, "late")) == (1, 0)


async def test_a_pause_holds_for_a_sender_that_is_at_work(
    *,
    wire: Wire,
    neighbours: Neighbours,
    settings: Settings,
    twilio: SimulatorClient,
    command: Command,
    acme: str,
    other: str,
) -> None:
    TABLE_ROWS.labels(CONTROLS_CHANGED.name).set(-1)
    async with build(settings).running():
        await until(lambda: known_pauses() == 0)
        await obeyed(command, *PAUSE, "--account", ACCOUNT)
        await until(lambda: known_pauses() == 1)
        await neighbours.screened("waits", business_id=acme)
        await neighbours.screened("goes", business_id=other, account_sid=OTHER_ACCOUNT, sender=OTHER_SENDER)
        await wire.heard(TEXTS_DISPATCHED, until=came_to("goes", TextState.DELIVERED))
        assert await texts_of(twilio, "waits") == 0


async def test_in_shadow_mode_all_is_done_but_the_post(
    *,
    wire: Wire,
    neighbours: Neighbours,
    settings: Settings,
    twilio: SimulatorClient,
    command: Command,
    acme: str,
) -> None:
    """Its texts do not wait: nobody wants those of a trial run afterwards."""
    await obeyed(command, *PAUSE, "--business", acme, "--shadow")
    async with build(settings).running():
        await neighbours.screened("shadowed", business_id=acme)
        [event] = await wire.heard(TEXTS_DISPATCHED)
        assert (event.data.state, event.data.reason) == (TextState.FAILED, Reason.SHADOWED)
        assert await twilio.messages() == []
    await obeyed(command, "resume", "--business", acme)
    async with build(settings).running():
        await neighbours.screened("sent", business_id=acme)
        events = await wire.heard(TEXTS_DISPATCHED, count=2)
    assert (events[1].data.text_id, events[1].data.state) == ("sent", TextState.ACCEPTED)
    assert await texts_of(twilio, "shadowed") == 0
