"""Several accounts and the operator's hand: who waits, and for whom nobody waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runtime.events import Event
from schemas.controls import CONTROLS_CHANGED, ControlChanged, ControlScope, Texting
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, TextState
from services.sender.app import build
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.faults.order import FaultOrder
from tests.integration.services.sender.conftest import ACCOUNT, TOKEN, Neighbours
from tests.integration.wire import Wire

OTHER = "AC" + "0b" * 16
OTHER_SENDER = "+14155550101"
SCOPES = [(ControlScope.EVERYWHERE, ""), (ControlScope.ACCOUNT, ACCOUNT), (ControlScope.BUSINESS, "b1")]


def control(texting: Texting, *, version: int, scope: ControlScope, name: str) -> Event[ControlChanged]:
    now = datetime.now(UTC)
    said = ControlChanged(scope=scope, name=name, texting=texting, version=version, why="test", changed_at=now)
    key = f"{scope}:{name}"
    return CONTROLS_CHANGED.event(said, source="/test", subject=key, transition=str(version), key=key, time=now)


async def test_a_slow_account_keeps_nobody_else_waiting(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    """It has more texts than slots, and Twilio answers none of them; the other's text is posted meanwhile."""
    (settings.twilio_credentials / OTHER).write_text(TOKEN)
    await twilio.put_account(OTHER, [TOKEN])
    await twilio.put_number(OTHER_SENDER, Number(account_sid=OTHER))
    await twilio.order_fault(FaultOrder(name="accept-never-answer", from_=OTHER_SENDER, times=None))
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    slow = [f"slow{number}" for number in range(6)]
    async with build(settings.model_copy(update={"posts_per_account": 2})).running():
        for text_id in slow:
            await neighbours.screened(text_id, account_sid=OTHER, sender=OTHER_SENDER, conversation_id="c1_2")
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, count=3)
        assert events[0].data.text_id == "t1"
        assert len(await twilio.messages()) <= 1 + 4


@pytest.mark.parametrize(("scope", "name"), SCOPES)
async def test_what_is_paused_waits_and_goes_when_it_is_let(
    *, scope: ControlScope, name: str, wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await wire.say(control(Texting.PAUSED, version=1, scope=scope, name=name))
    async with build(settings).running():
        await neighbours.screened("t1")
        await neighbours.screened("t2", valid=timedelta(seconds=2))
        await wire.heard(TEXTS_DISPATCHED)
        assert await twilio.messages() == []
        await wire.say(control(Texting.ON, version=2, scope=scope, name=name))
        events = await wire.heard(TEXTS_DISPATCHED, count=2)
    assert [(e.data.text_id, e.data.state, e.data.reason) for e in events[:2]] == [
        ("t2", TextState.FAILED, Reason.EXPIRED),
        ("t1", TextState.ACCEPTED, Reason.ACCEPTED),
    ]


async def test_in_shadow_mode_everything_is_done_but_the_post(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await wire.say(control(Texting.SHADOW, version=1, scope=ControlScope.EVERYWHERE, name=""))
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED)
    assert [(e.data.state, e.data.reason) for e in events] == [(TextState.FAILED, Reason.SHADOWED)]
    assert await twilio.messages() == []
