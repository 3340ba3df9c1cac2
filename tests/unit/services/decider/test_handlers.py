"""What the decider says of a call over time."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.calls import CALLS_DECIDED, CallDecided, CallFacts, CallIngested, Verdict
from services.decider.facts import fold
from services.decider.handlers import settled
from services.decider.rules import Timing
from services.decider.state import Call
from tests.unit.services.decider.webhooks import START, call_ended, dialled, leg_ended, voice

TIMING = Timing(grace=timedelta(seconds=10), forwarded_call=timedelta(seconds=60), longest_call=timedelta(hours=4))


def heard(call: Call, *webhooks: CallIngested) -> Call:
    for webhook in webhooks:
        facts = fold(call.facts, webhook, own_number=False, phones=1)
        call = call.heard(webhook, facts, None, now=webhook.received_at)
    return call


def say(call: Call, now: datetime) -> tuple[Call, list[CallDecided], datetime | None]:
    change = settled(call, cause="1", now=now, timing=TIMING, new={})
    return change.state, [CALLS_DECIDED.parse(record.value).data for record in change.says], change.due_at


def test_one_call_has_one_decision() -> None:
    call, said, due = say(heard(Call(), voice(), dialled("busy")), START)
    assert [(d.revision, d.verdict) for d in said] == [(1, Verdict.MISSED)]
    assert due is None
    _, said, due = say(heard(call, call_ended("busy")), START)
    assert (said, due) == ([], None)


def test_a_call_that_waits_says_when_to_look_again_and_is_decided_then() -> None:
    call = heard(Call(), voice(), call_ended("no-answer"))
    _, said, due = say(call, START + timedelta(seconds=21))
    assert (said, due) == ([], START + timedelta(seconds=31))
    _, said, _ = say(call, START + timedelta(seconds=31))
    assert [d.verdict for d in said] == [Verdict.MISSED]


def test_a_contrary_fact_makes_a_second_revision_with_an_id_of_its_own() -> None:
    new: dict[str, CallDecided] = {}
    missed = settled(heard(Call(), dialled("no-answer")), cause="1", now=START, timing=TIMING, new=new)
    settled(heard(missed.state, dialled("completed", "true")), cause="2", now=START, timing=TIMING, new=new)
    assert [(d.revision, d.verdict) for d in new.values()] == [(1, Verdict.MISSED), (2, Verdict.ANSWERED)]


def test_a_due_time_for_a_call_that_nobody_knows_says_nothing() -> None:
    change = settled(Call(), cause="1", now=START, timing=TIMING, new={})
    assert (change.state, change.says, change.due_at) == (Call(), (), None)


def test_the_caller_is_known_from_the_parents_webhooks_whichever_comes_first() -> None:
    for order in ((leg_ended("no-answer"), voice()), (voice(), leg_ended("no-answer"))):
        assert heard(Call(), *order).caller == "+14155550100"


def test_the_decision_carries_the_end_of_the_call_when_it_is_known_and_the_last_word_otherwise() -> None:
    _, said, _ = say(heard(Call(), voice(), dialled("busy"), call_ended("busy")), START)
    assert said[0].ended_at == START + timedelta(seconds=21)
    _, said, _ = say(heard(Call(), voice(), dialled("busy")), START)
    assert said[0].ended_at == START + timedelta(seconds=20)


def test_after_an_outage_the_grace_counts_from_when_the_webhook_was_taken_in() -> None:
    """What belongs to the same call may stand right behind it in the queue."""
    webhook, late = call_ended("no-answer"), START + timedelta(hours=1)
    call = Call().heard(webhook, fold(CallFacts(), webhook, own_number=False, phones=1), None, now=late)
    _, said, due = say(call, late)
    assert (said, due) == ([], late + timedelta(seconds=10))
