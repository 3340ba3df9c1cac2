"""The decider on a real Kafka and MongoDB: webhooks on one topic, one decision a call on the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runtime.dead_letters import dead_letters_topic
from runtime.events import Event
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged, Entitlement, Mode, Status
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED, CallIngested, Verdict
from schemas.reasons import Reason
from services.decider.app import build
from services.decider.settings import Settings
from tests.integration.wire import Wire
from tests.unit.services.decider.webhooks import CALL, START, call_ended, dialled, leg_ended, voice

BUSINESS = BusinessChanged(
    business_id="b1",
    version=1,
    name="Acme",
    account_sid="AC" + "0" * 32,
    numbers=("+14155550199",),
    mode=Mode.FORWARD,
    forward_to=("+14155550111",),
    template="",
    cooldown_minutes=60,
    entitlement=Entitlement(
        status=Status.TRIAL, plan="starter", trial_started_at=START, trial_ends_at=START + timedelta(days=31)
    ),
)


def ingested(webhook: CallIngested) -> Event[CallIngested]:
    """As it would come in if the call, of some twenty seconds, ended just now."""
    began = datetime.now(UTC) - timedelta(seconds=21)
    webhook = webhook.model_copy(update={"received_at": began + (webhook.received_at - START)})
    return CALLS_INGESTED.event(
        webhook,
        source="/ingest",
        subject=webhook.call_sid,
        transition=f"{webhook.leg_sid}.{webhook.step}.{webhook.said.get('CallStatus')}",
        key=webhook.conversation_id,
        time=webhook.received_at,
    )


def other_call(webhook: CallIngested, number: int) -> CallIngested:
    sid = f"CA{number:032}"
    return webhook.model_copy(update={"call_sid": sid, "leg_sid": sid, "conversation_id": f"c1_{number}"})


@pytest.fixture
async def settings(wire: Wire) -> Settings:
    business = BUSINESSES_CHANGED.event(
        BUSINESS, source="/businesses", subject="b1", transition="1", key="b1", time=START
    )
    await wire.say(business)
    return Settings(**wire.settings, grace_seconds=0.2)


async def test_a_call_that_nobody_answered_gets_one_decision(wire: Wire, settings: Settings) -> None:
    async with build(settings).running():
        await wire.say(*(ingested(w) for w in (voice(), leg_ended("no-answer"), dialled("no-answer"))))
        decided = await wire.heard(CALLS_DECIDED)
        await wire.say(ingested(call_ended("no-answer")), ingested(other_call(dialled("busy"), 7)))
        decided = await wire.heard(CALLS_DECIDED, count=2)
    assert [(e.partitionkey, e.data.verdict, e.data.reason) for e in decided if e.subject == CALL] == [
        ("c1_x", Verdict.MISSED, Reason.DIAL_NO_ANSWER)
    ]


async def test_where_the_dials_outcome_never_comes_the_status_decides_after_the_grace(
    wire: Wire, settings: Settings
) -> None:
    """Waiting is a record too: the due time travels through the decider's own topic."""
    async with build(settings).running():
        await wire.say(ingested(voice()), ingested(call_ended("no-answer")))
        decided = await wire.heard(CALLS_DECIDED)
    assert decided[0].data.reason is Reason.CALL_NO_ANSWER


async def test_a_due_time_outlives_the_process(wire: Wire, settings: Settings) -> None:
    patient = settings.model_copy(update={"grace_seconds": 2.0})
    service = build(patient)
    async with service.running():
        await wire.say(ingested(voice()), ingested(call_ended("busy")))
        await wire.heard(CALLS_INGESTED, count=2)
        calls = service.database["calls"]
        while not await calls.find_one({"due_at": {"$ne": None}}):
            await wire.count("calls.ingested.v1")
    async with build(patient).running():
        decided = await wire.heard(CALLS_DECIDED)
    assert decided[0].data.reason is Reason.CALL_BUSY


async def test_a_contrary_fact_after_the_decision_is_a_second_revision(wire: Wire, settings: Settings) -> None:
    async with build(settings).running():
        await wire.say(ingested(dialled("no-answer")))
        await wire.heard(CALLS_DECIDED)
        late = dialled("completed", "true")
        await wire.say(ingested(late.model_copy(update={"said": {**late.said, "CallStatus": "in-progress"}})))
        decided = await wire.heard(CALLS_DECIDED, count=2)
    assert [(e.data.revision, e.data.verdict) for e in decided] == [(1, Verdict.MISSED), (2, Verdict.ANSWERED)]


async def test_a_call_from_the_businesss_own_phone_is_no_missed_call(wire: Wire, settings: Settings) -> None:
    own = voice().model_copy(update={"caller": "+14155550111"})
    async with build(settings).running():
        await wire.say(ingested(own))
        decided = await wire.heard(CALLS_DECIDED)
    assert decided[0].data.reason is Reason.OWN_NUMBER


async def test_rubbish_becomes_a_dead_letter_and_the_next_call_is_decided(wire: Wire, settings: Settings) -> None:
    async with build(settings).running():
        await wire.say_raw(("calls.ingested.v1", b"c1_x", b"{rubbish"), ("calls.ingested.v1", b"c1_x", None))
        await wire.say(ingested(dialled("busy")))
        decided = await wire.heard(CALLS_DECIDED)
        letters = await wire.heard(dead_letters_topic("decider"), count=2)
    assert decided[0].data.reason is Reason.DIAL_BUSY
    assert {letter.data.reason for letter in letters} == {"record: json_invalid"}


async def test_a_webhook_that_comes_again_to_a_new_process_says_the_same_bytes(wire: Wire, settings: Settings) -> None:
    async with build(settings).running():
        await wire.say(ingested(dialled("busy")))
        await wire.heard(CALLS_DECIDED)
    async with build(settings).running():
        await wire.say(ingested(dialled("busy")))
        raw = await wire.heard_raw("calls.decided.v1", until=lambda records: len(records) == 2)
    assert raw[0].value == raw[1].value
