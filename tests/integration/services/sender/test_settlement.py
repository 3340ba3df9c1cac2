"""What nobody told the sender, it finds out at a Twilio that misbehaves; what nobody can find out, it says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from runtime.events import Event
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, Encoding, KnownBy, TextDispatched, TextState, Words
from services.sender.app import build
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.faults.order import FaultOrder, Name
from tests.integration.services.sender.conftest import Neighbours
from tests.integration.wire import Wire

Heard = Sequence[Event[TextDispatched]]

# Seconds where production has hours.
QUICK = {
    "twilio_connect_seconds": 0.5,
    "twilio_read_seconds": 1.0,
    "lease_seconds": 4.0,
    "look_first_seconds": 0.5,
    "look_cap_seconds": 1.0,
    "park_after_seconds": 6.0,
    "ask_first_seconds": 0.5,
    "ask_cap_seconds": 1.0,
}


def reached(state: TextState) -> Callable[[Heard], bool]:
    return lambda heard: any(event.data.state is state for event in heard)


@pytest.fixture
def quick(settings: Settings) -> Settings:
    return settings.model_copy(update=QUICK)


@pytest.mark.parametrize("fault", ["accept-never-answer", "accept-then-500", "cut-answer"])
async def test_a_text_whose_answer_was_lost_is_found_in_twilios_list_where_no_callback_comes(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient, fault: Name
) -> None:
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    await twilio.order_fault(FaultOrder(name=fault))
    async with build(quick).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED))
        (message,) = await twilio.messages()
    states = [event.data.state for event in events if event.data.state is not TextState.SENT]
    assert states == [TextState.UNSURE, TextState.ACCEPTED, TextState.DELIVERED]
    found = events[1].data
    assert (found.known_by, found.message_sid) == (KnownBy.LIST, message["sid"])


async def test_a_list_that_lags_is_asked_again(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    for fault in (
        FaultOrder(name="no-callback", times=None),
        FaultOrder(name="list-lag", times=None, real_seconds=2.5),
        FaultOrder(name="accept-then-500"),
    ):
        await twilio.order_fault(fault)
    async with build(quick).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.ACCEPTED))
        assert len(await twilio.messages()) == 1
    assert events[-1].data.known_by is KnownBy.LIST
    assert (events[-1].data.looks or 0) > 1


async def test_what_twilio_never_had_is_parked_after_the_deadline_and_never_posted_again(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    """Absence is no proof: it is not sent again, and a person may rule."""
    await twilio.order_fault(FaultOrder(name="server-error", status=500))
    async with build(quick).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.PARKED))
        assert await twilio.messages() == []
    assert [(event.data.state, event.data.reason) for event in events] == [
        (TextState.UNSURE, Reason.NO_ANSWER_FROM_TWILIO),
        (TextState.PARKED, Reason.NEVER_SEEN),
    ]


async def test_a_text_whose_delivery_nobody_reports_is_asked_for(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    async with build(quick).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=reached(TextState.DELIVERED))
    assert events[-1].data.known_by is KnownBy.STATUS


async def test_two_texts_with_the_same_words_are_never_settled_by_one_message(
    wire: Wire, neighbours: Neighbours, quick: Settings, twilio: SimulatorClient
) -> None:
    """One was created, one was not, and nothing tells which: neither is believed to be it."""
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    await twilio.order_fault(FaultOrder(name="accept-then-500"))
    await twilio.order_fault(FaultOrder(name="server-error", status=500))
    async with build(quick).running():
        await neighbours.screened("t1", words=_same_words())
        await neighbours.screened("t2", words=_same_words())
        events = await wire.heard(
            TEXTS_DISPATCHED, until=lambda heard: sum(e.data.state is TextState.PARKED for e in heard) == 2
        )
        assert len(await twilio.messages()) == 1
    assert TextState.ACCEPTED not in {event.data.state for event in events}


def _same_words() -> Words:
    return Words(body="We missed your call.", encoding=Encoding.GSM7, segments=1)
