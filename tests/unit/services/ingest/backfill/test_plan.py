"""A listed call becomes the events that its webhooks would have become: same ids, same people, marked as backfilled."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from runtime.events import Event
from schemas.businesses import Mode
from schemas.calls import CallIngested, Origin, Step
from schemas.directory import Directory
from services.ingest.backfill.listed import ListedCall
from services.ingest.backfill.plan import Findings, Planner
from services.ingest.backfill.rules import Patience
from services.ingest.backfill.told import Told
from services.ingest.calls import call_ingested
from services.ingest.webhook import Webhook
from tests.unit.services.ingest.backfill.legs import ENDED_AT, caller_leg, child_leg, listed
from tests.unit.services.ingest.webhooks import (
    CALL,
    CHILD,
    CHILD_ENDED,
    ENDED,
    IDENTITIES,
    ISSUED,
    NOW,
    VOICE,
    business,
    webhook,
)

LATER = ENDED_AT + timedelta(hours=1)
RUNG = listed(caller_leg(), child_leg())


def planner(mode: Mode = Mode.FORWARD) -> Planner:
    directory = Directory()
    directory.change("b1", business(mode=mode))
    patience = Patience(webhooks=timedelta(minutes=1), list=timedelta(minutes=10))
    return Planner(directory=directory, identities=IDENTITIES, patience=patience)


def findings(call: ListedCall, heard: Told | None = None) -> Findings:
    plan = planner()
    return plan.findings(plan.ours([call], None), {CALL: heard or Told()}, now=LATER)


def events(call: ListedCall) -> dict[tuple[Step, str], Event[CallIngested]]:
    [found] = findings(call).found
    return {(event.data.step, event.data.leg_sid): event for event in found.events}


def by_webhook(step: Step, of: Webhook) -> Event[CallIngested]:
    return call_ingested(step, of, business(), identities=IDENTITIES, now=NOW)


@pytest.mark.parametrize(
    ("step", "leg", "of"),
    [
        pytest.param(Step.VOICE, CALL, webhook(VOICE), id="the call"),
        pytest.param(Step.CALL_STATUS, CALL, webhook(ENDED), id="its end"),
        pytest.param(Step.CALL_STATUS, CHILD, webhook(CHILD_ENDED, ISSUED), id="a leg's end"),
    ],
)
def test_what_is_backfilled_and_what_its_webhook_says_later_are_one_event(step: Step, leg: str, of: Webhook) -> None:
    backfilled, late = events(RUNG)[step, leg], by_webhook(step, of)
    assert (backfilled.id, backfilled.partitionkey, backfilled.subject) == (late.id, late.partitionkey, late.subject)
    assert (backfilled.data.origin, late.data.origin) == (Origin.BACKFILL, Origin.WEBHOOK)
    told_of = ("conversation_id", "person_id", "caller_kind", "caller", "called", "business_id", "mode", "account_sid")
    assert [getattr(backfilled.data, name) for name in told_of] == [getattr(late.data, name) for name in told_of]


def test_the_call_s_own_end_tells_twilio_s_time_and_comes_first() -> None:
    [found] = findings(RUNG).found
    first = found.events[0].data
    assert (first.step, first.leg_sid, first.said["CallStatus"]) == (Step.CALL_STATUS, CALL, "completed")
    assert parsedate_to_datetime(first.said["Timestamp"]) == ENDED_AT
    assert first.received_at == LATER


@pytest.mark.parametrize(("call", "phones"), [(listed(), 0), (RUNG, 1)], ids=["none", "one"])
def test_how_many_phones_were_rung_stands_in_the_call_s_first_step_alone(call: ListedCall, phones: int) -> None:
    assert {step: event.data.phones_rung for (step, leg), event in events(call).items() if leg == CALL} == {
        Step.VOICE: phones,
        Step.CALL_STATUS: None,
    }


def test_a_withheld_caller_is_nobody() -> None:
    call = listed(caller_leg(caller="anonymous"), child_leg())
    assert {event.data.conversation_id for event in events(call).values()} == {IDENTITIES.nobody(CALL)}


def test_calls_are_counted_by_what_becomes_of_them() -> None:
    recent = listed(caller_leg(ended_at=LATER))
    assert (findings(RUNG).listed, findings(RUNG).waiting, len(findings(RUNG).found)) == (1, 0, 1)
    assert (findings(recent).listed, findings(recent).waiting, len(findings(recent).found)) == (1, 1, 0)
    known = findings(RUNG, Told(dial=True))
    assert (known.listed, known.waiting, len(known.found)) == (1, 0, 0)


def test_of_one_business_alone() -> None:
    assert planner().ours([RUNG], "b1")
    assert not planner().ours([RUNG], "b2")
