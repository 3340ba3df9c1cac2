"""Several accounts and the operator's hand: who waits, and for whom nobody waits."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from runtime.events import Event
from runtime.mongo import database_name, mongo_client
from schemas.controls import CONTROLS_CHANGED, ControlChanged, ControlScope, Texting
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, TextState
from services.sender import NAME
from services.sender.app import build
from services.sender.breaker import Why
from services.sender.settings import Settings
from services.sender.state import COLLECTION, Ledger
from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.faults.order import FaultOrder
from tests.integration.services.sender.conftest import ACCOUNT, CALLER, SENDER, TOKEN, Neighbours
from tests.integration.wire import Wire
from tests.unit.services.sender.samples import text
from tests.waiting import until

OTHER = "AC" + "0b" * 16
OTHER_SENDER = "+14155550101"
SCOPES = [(ControlScope.EVERYWHERE, ""), (ControlScope.ACCOUNT, ACCOUNT), (ControlScope.BUSINESS, "b1")]


def control(texting: Texting, *, version: int, scope: ControlScope, name: str) -> Event[ControlChanged]:
    now = datetime.now(UTC)
    said = ControlChanged(scope=scope, name=name, texting=texting, version=version, why="test", changed_at=now)
    key = f"{scope}:{name}"
    return CONTROLS_CHANGED.event(said, source="/test", subject=key, transition=str(version), key=key, time=now)


async def other_account(settings: Settings, twilio: SimulatorClient) -> None:
    (settings.twilio_credentials / OTHER).write_text(TOKEN)
    await twilio.put_account(OTHER, [TOKEN])
    await twilio.put_number(OTHER_SENDER, Number(account_sid=OTHER))


async def screened_for_the_other(neighbours: Neighbours, *text_ids: str) -> None:
    for text_id in text_ids:
        await neighbours.screened(text_id, account_sid=OTHER, sender=OTHER_SENDER, conversation_id="c1_2")


async def test_an_account_that_answers_after_20_seconds_keeps_nobody_else_waiting(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    """It has far more texts than slots, all of them older: the other's go one after the other meanwhile."""
    await other_account(settings, twilio)
    await twilio.order_fault(FaultOrder(name="answer-late", from_=OTHER_SENDER, times=None, real_seconds=20))
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    patient = settings.model_copy(
        update={"posts_per_account": 2, "twilio_read_seconds": 25, "lease_seconds": 60, "shutdown_seconds": 30}
    )
    slow, swift = [f"slow{number}" for number in range(120)], [f"t{number}" for number in range(20)]
    async with build(patient).running():
        await screened_for_the_other(neighbours, *slow)
        began = time.monotonic()
        for text_id in swift:
            await neighbours.screened(text_id)
        events = await wire.heard(TEXTS_DISPATCHED, count=20)
        assert time.monotonic() - began < 20, "nothing of the slow account can have been answered"
        assert {event.data.text_id for event in events} == set(swift)
        slow_ones = [message for message in await twilio.messages() if message["from"] == OTHER_SENDER]
        assert len(slow_ones) == 2


@pytest.mark.usefixtures("neighbours")
async def test_a_backlog_of_one_account_hides_nothing_that_is_due_to_another(
    wire: Wire, settings: Settings, twilio: SimulatorClient
) -> None:
    """It answers well, and it has older texts for minutes; nothing else wakes the sender."""
    await other_account(settings, twilio)
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    await twilio.order_fault(FaultOrder(name="answer-late", from_=OTHER_SENDER, times=None, real_seconds=0.15))
    client = mongo_client(settings.mongodb_uri, application="test")
    ledger = Ledger(client[database_name(NAME, namespace=settings.namespace)][COLLECTION])
    now = datetime.now(UTC)
    lasting = {"call_ended_at": now, "expires_at": now + timedelta(minutes=10), "recipient": CALLER}
    theirs = {**lasting, "account_sid": OTHER, "sender": OTHER_SENDER}
    await ledger.open([text(text_id=f"slow{n}", **theirs) for n in range(900)], now=now - timedelta(seconds=5))
    await ledger.open([text(text_id="t1", **lasting, account_sid=ACCOUNT, sender=SENDER)], now=now)
    client.close()
    async with build(settings).running():
        events = await wire.heard(TEXTS_DISPATCHED, until=lambda heard: any(e.data.text_id == "t1" for e in heard))
    assert len(events) < 100


async def test_an_account_that_nobody_answers_for_is_left_alone_before_all_its_texts_are_unsure(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await other_account(settings, twilio)
    await twilio.order_fault(FaultOrder(name="server-error", status=500, from_=OTHER_SENDER, times=None))
    quick = settings.model_copy(
        update={"posts_per_account": 2, "silences_limit": 3, "silence_seconds": 60, "retry_cap_seconds": 60}
    )
    async with build(quick).running():
        await screened_for_the_other(neighbours, *[f"slow{number}" for number in range(12)])
        await wire.heard(TEXTS_DISPATCHED, count=3)
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=lambda heard: any(e.data.text_id == "t1" for e in heard))
    unsure = [event for event in events if event.data.state is TextState.UNSURE]
    assert 3 <= len(unsure) <= 4, "as many as are borne, and what was in hand at that moment"


async def test_an_account_that_is_refused_goes_on_by_itself_when_it_is_well_again(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    """The token in the folder is wrong, and is then set right: nobody restarts anything."""
    (settings.twilio_credentials / ACCOUNT).write_text("not the token")
    halted = {"account": ACCOUNT, "why": Why.CREDENTIALS.value}
    before = REGISTRY.get_sample_value("missedcall_account_halts_total", halted) or 0
    async with build(settings).running():
        for number in range(5):
            await neighbours.screened(f"t{number}")
        await until(
            lambda: (REGISTRY.get_sample_value("missedcall_account_halts_total", halted) or 0) > before, within=20
        )
        assert await twilio.messages() == []
        (settings.twilio_credentials / ACCOUNT).write_text(TOKEN)
        events = await wire.heard(
            TEXTS_DISPATCHED, until=lambda heard: sum(e.data.state is TextState.ACCEPTED for e in heard) == 5
        )
    # The probe went ahead of the others, and may have arrived before them.
    assert {event.data.state for event in events} <= {TextState.ACCEPTED, TextState.SENT, TextState.DELIVERED}
    assert len(await twilio.messages()) == 5


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
