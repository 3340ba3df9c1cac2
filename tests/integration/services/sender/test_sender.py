"""The sender on a real Kafka and MongoDB, against a Twilio that misbehaves: one POST a text, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from runtime.dead_letters import dead_letters_topic
from runtime.events import Event
from runtime.records import RawRecord
from schemas.consents import Scope, ScopeKind
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, Screening, TextDispatched, TextState
from services.sender.app import build
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.faults.order import FaultOrder
from tests.integration.services.sender.conftest import ACCOUNT, CALLER, TOKEN, Neighbours
from tests.integration.wire import Wire

Said = list[tuple[str, TextState, Reason]]
SCOPES = [
    Scope(kind=ScopeKind.NUMBER, name="n1_1"),
    Scope(kind=ScopeKind.BUSINESS, name="b1"),
    Scope(kind=ScopeKind.EVERYONE),
]


def said(events: Sequence[Event[TextDispatched]]) -> Said:
    return [(event.data.text_id, event.data.state, event.data.reason) for event in events]


def delivered(text_id: str) -> Callable[[Sequence[Event[TextDispatched]]], bool]:
    return lambda heard: any((e.data.text_id, e.data.state) == (text_id, TextState.DELIVERED) for e in heard)


async def test_a_permitted_text_is_posted_and_followed_to_the_handset(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=delivered("t1"))
        (message,) = await twilio.messages()
    # The callback of `sent` may come last, and then says nothing.
    assert [event.data.state for event in events if event.data.state is not TextState.SENT] == [
        TextState.ACCEPTED,
        TextState.DELIVERED,
    ]
    assert {(e.partitionkey, e.data.message_sid) for e in events} == {("c1_1", message["sid"])}
    assert len({e.id for e in events}) == len(events)


async def test_held_and_blocked_texts_are_none_of_its_business(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    async with build(settings).running():
        await neighbours.screened("held", Screening.HELD)
        await neighbours.screened("blocked", Screening.BLOCKED)
        await neighbours.screened("t1")
        await wire.heard(TEXTS_DISPATCHED, until=delivered("t1"))
    assert len(await twilio.messages()) == 1


async def test_a_text_that_is_permitted_again_and_again_is_posted_once(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    async with build(settings).running():
        for _ in range(3):
            await neighbours.screened("t1")
        await wire.heard(TEXTS_DISPATCHED, until=delivered("t1"))
        await neighbours.screened("t1")
        await neighbours.screened("t2")
        await wire.heard(TEXTS_DISPATCHED, until=delivered("t2"))
    assert len(await twilio.messages()) == 2


async def test_a_recipient_who_opted_out_at_twilio_is_a_failure_that_says_so(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="api-error", code=21610))
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED)
    assert said(events) == [("t1", TextState.FAILED, Reason.RECIPIENT_OPTED_OUT)]
    assert (events[0].data.error_code, events[0].data.sender_id) == (21610, "n1_1")


async def test_asked_to_wait_it_tries_again_until_it_is_taken(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="too-many-requests", times=2))
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED)
    assert said(events)[0] == ("t1", TextState.ACCEPTED, Reason.ACCEPTED)
    assert len(await twilio.messages()) == 1


async def test_asked_to_wait_for_longer_than_the_text_is_worth_it_fails_as_busy(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="too-many-requests", retry_after=3600))
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED)
    assert said(events) == [("t1", TextState.FAILED, Reason.BUSY)]
    assert await twilio.messages() == []


@pytest.mark.parametrize(
    ("fault", "messages"),
    [("server-error", 0), ("hang-up", 0), ("accept-then-500", 1), ("accept-never-answer", 1), ("cut-answer", 1)],
)
async def test_without_an_answer_it_is_unsure_and_never_posted_again_also_after_a_restart(
    *, fault: str, messages: int, wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder.model_validate({"name": fault}))
    await twilio.order_fault(FaultOrder(name="no-callback"))
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED)
    assert said(events) == [("t1", TextState.UNSURE, Reason.NO_ANSWER_FROM_TWILIO)]
    async with build(settings).running():
        await neighbours.screened("t1")
        await neighbours.screened("t2", conversation_id="c1_2")
        after = await wire.heard(TEXTS_DISPATCHED, until=lambda heard: any(e.data.text_id == "t2" for e in heard))
    assert [text for text in said(after) if text[0] == "t1"] == said(events)
    bodies = [message["body"] for message in await twilio.messages()]
    assert sum("t1" in body for body in bodies) == messages


async def test_a_callback_settles_what_was_unsure(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="accept-then-500"))
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED, until=delivered("t1"))
        (message,) = await twilio.messages()
    assert TextState.ACCEPTED in {event.data.state for event in events}
    assert {e.data.message_sid for e in events if e.data.state is not TextState.UNSURE} == {message["sid"]}


async def test_receipts_in_any_order_say_each_step_forward_once(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="no-callback"))
    async with build(settings).running():
        await neighbours.screened("t1")
        (accepted,) = await wire.heard(TEXTS_DISPATCHED)
        sid = accepted.data.message_sid or ""
        for status, code in (("undelivered", 30003), ("sent", None), ("undelivered", 30003), ("queued", None)):
            await neighbours.receipt("t1", sid, status, code)
        await neighbours.receipt("t1", "SM" + "f" * 32, "delivered")
        await neighbours.screened("t2", conversation_id="c1_1")
        events = await wire.heard(TEXTS_DISPATCHED, until=delivered("t2"))
    assert [s for s in said(events) if s[0] == "t1"] == [
        ("t1", TextState.ACCEPTED, Reason.ACCEPTED),
        ("t1", TextState.UNDELIVERED, Reason.HANDSET_UNREACHABLE),
    ]


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.kind)
async def test_who_opted_out_is_not_posted_to(
    scope: Scope, wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await neighbours.opted_out(scope)
    async with build(settings).running():
        await neighbours.screened("t1")
        events = await wire.heard(TEXTS_DISPATCHED)
    assert said(events) == [("t1", TextState.FAILED, Reason.OPTED_OUT)]
    assert await twilio.messages() == []


async def test_an_account_without_a_token_waits_for_one_and_others_go_on(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    other = "AC" + "0b" * 16
    await twilio.put_account(other, [TOKEN])
    async with build(settings).running():
        await neighbours.screened("t1", account_sid=other, valid=timedelta(seconds=4))
        await neighbours.screened("t2", conversation_id="c1_2")
        events = await wire.heard(TEXTS_DISPATCHED, until=lambda heard: any(e.data.text_id == "t1" for e in heard))
    assert ("t1", TextState.FAILED, Reason.ACCOUNT_HALTED) in said(events)
    assert said(events)[0] == ("t2", TextState.ACCEPTED, Reason.ACCEPTED)
    assert len(await twilio.messages(to=CALLER)) == 1


async def test_a_text_that_is_taken_back_while_it_waits_does_not_go(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    token = settings.twilio_credentials / ACCOUNT
    token.unlink()
    async with build(settings).running():
        await neighbours.screened("t1")
        await neighbours.screened("t1", Screening.CANCELLED)
        await neighbours.screened("t2", Screening.PERMITTED, valid=timedelta(seconds=2))
        await wire.heard(TEXTS_DISPATCHED)
        token.write_text(TOKEN)
        await neighbours.screened("t3")
        events = await wire.heard(TEXTS_DISPATCHED, until=delivered("t3"))
    assert {event.data.text_id for event in events} == {"t2", "t3"}
    assert [message["body"][-3:] for message in await twilio.messages()] == ["t3)"]


async def test_a_text_that_cannot_be_sent_at_all_is_a_dead_letter_and_harms_no_other(
    wire: Wire, neighbours: Neighbours, settings: Settings
) -> None:
    async with build(settings).running():
        await neighbours.screened("t1", recipient=None)
        await neighbours.screened("t2")
        letters = await wire.heard_raw(dead_letters_topic("sender").name, until=lambda records: len(records) == 1)
        events = await wire.heard(TEXTS_DISPATCHED, until=delivered("t2"))
    assert b"NotSendable" in letters[0].value
    assert {event.data.text_id for event in events} == {"t2"}


def records_hold(records: Sequence[RawRecord], needle: str) -> bool:
    return any(needle in record.key or needle.encode() in record.value for record in records)


async def test_no_number_and_no_word_of_a_text_leaves_through_its_events(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    async with build(settings).running():
        await neighbours.screened("t1")
        records = await wire.heard_raw(TEXTS_DISPATCHED.name, until=lambda heard: len(heard) >= 2)
        (message,) = await twilio.messages()
    assert not any(records_hold(records, word) for word in (CALLER[1:], message["from"][1:], "missed your"))


async def test_two_senders_share_the_work_and_post_each_text_once(
    wire: Wire, neighbours: Neighbours, settings: Settings, twilio: SimulatorClient
) -> None:
    await twilio.order_fault(FaultOrder(name="no-callback", times=None))
    async with build(settings).running(), build(settings).running():
        for number in range(40):
            await neighbours.screened(f"t{number}", conversation_id=f"c1_{number}")
        events = await wire.heard(TEXTS_DISPATCHED, count=40)
    bodies = [message["body"] for message in await twilio.messages()]
    assert (len(bodies), len(set(bodies))) == (40, 40)
    assert {event.data.state for event in events} == {TextState.ACCEPTED}
