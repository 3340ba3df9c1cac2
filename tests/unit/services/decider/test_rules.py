"""The precedence table: what the webhooks of a call prove."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.businesses import Mode
from schemas.calls import CallFacts, CallIngested, Verdict
from schemas.reasons import Reason
from services.decider.facts import facts_of, fold, merge
from services.decider.rules import Timing, judge, overturns, ripe_at
from tests.unit.services.decider.webhooks import (
    CHILD,
    SECOND_CHILD,
    START,
    backfilled,
    call_ended,
    dialled,
    leg_ended,
    voice,
)

TIMING = Timing(grace=timedelta(seconds=10), forwarded_call=timedelta(seconds=60), longest_call=timedelta(hours=4))
OBSERVE, OVERFLOW = Mode.OBSERVE, Mode.OVERFLOW


def known(*webhooks: CallIngested, own: bool = False, phones: int | None = 1) -> CallFacts:
    return reduce(lambda facts, w: fold(facts, w, own_number=own, phones=phones), webhooks, CallFacts())


SCENES: Sequence[tuple[str, CallFacts, Verdict, Reason]] = [
    ("somebody answered", known(voice(), dialled("completed", "true")), Verdict.ANSWERED, Reason.DIAL_ANSWERED),
    ("answered, bridging not told", known(dialled("completed")), Verdict.ANSWERED, Reason.DIAL_ANSWERED),
    ("picked up, connected to nobody", known(dialled("completed", "false")), Verdict.MISSED, Reason.NOT_BRIDGED),
    ("nobody answered", known(voice(), dialled("no-answer")), Verdict.MISSED, Reason.DIAL_NO_ANSWER),
    ("the line was busy", known(voice(), dialled("busy")), Verdict.MISSED, Reason.DIAL_BUSY),
    ("the phone is not reachable", known(voice(), dialled("failed")), Verdict.MISSED, Reason.DIAL_FAILED),
    (
        "the caller hangs up while it rings",
        known(voice(), dialled("canceled"), call_ended("completed")),
        Verdict.MISSED,
        Reason.DIAL_CANCELED,
    ),
    (
        "a Dial outcome outranks the call's own status",
        known(call_ended("no-answer"), dialled("completed", "true")),
        Verdict.ANSWERED,
        Reason.DIAL_ANSWERED,
    ),
    ("no Dial outcome: the leg was answered", known(leg_ended("completed")), Verdict.ANSWERED, Reason.DIAL_ANSWERED),
    (
        "no Dial outcome: the only phone did not answer",
        known(voice(), leg_ended("no-answer"), call_ended("completed")),
        Verdict.MISSED,
        Reason.DIAL_NO_ANSWER,
    ),
    (
        "no Dial outcome: one of two phones did not answer, of the other nothing is known",
        known(voice(), leg_ended("no-answer"), call_ended("completed"), phones=2),
        Verdict.UNDETERMINED,
        Reason.NO_EVIDENCE,
    ),
    (
        "no Dial outcome: neither of two phones answered",
        known(voice(), leg_ended("no-answer"), leg_ended("busy", SECOND_CHILD), call_ended("completed"), phones=2),
        Verdict.MISSED,
        Reason.DIAL_NO_ANSWER,
    ),
    ("the status alone: no answer", known(call_ended("no-answer")), Verdict.MISSED, Reason.CALL_NO_ANSWER),
    ("the status alone: busy", known(call_ended("busy")), Verdict.MISSED, Reason.CALL_BUSY),
    ("the status alone: failed", known(call_ended("failed")), Verdict.MISSED, Reason.CALL_FAILED),
    ("the status alone: hung up", known(call_ended("canceled")), Verdict.MISSED, Reason.CALLER_HUNG_UP),
    ("completed proves nothing", known(call_ended("completed", OBSERVE)), Verdict.UNDETERMINED, Reason.NO_EVIDENCE),
    ("the end was never reported", known(voice()), Verdict.UNDETERMINED, Reason.NEVER_ENDED),
    (
        "the carrier forwarded it, and voicemail-like 'completed' does not matter",
        known(voice(OVERFLOW, ForwardedFrom="+14155550142"), call_ended("completed", OVERFLOW)),
        Verdict.MISSED,
        Reason.FORWARDED_UNANSWERED,
    ),
    (
        "overflow, but the caller dialled the Twilio number itself",
        known(voice(OVERFLOW), dialled("completed", "true")),
        Verdict.ANSWERED,
        Reason.DIAL_ANSWERED,
    ),
    (
        "forwarded, but not in overflow: that proves nothing",
        known(voice(ForwardedFrom="+14155550142"), call_ended("completed")),
        Verdict.UNDETERMINED,
        Reason.NO_EVIDENCE,
    ),
    (
        "backfilled: no phone rang, by Twilio's list",
        known(backfilled(phones=0), call_ended("completed")),
        Verdict.MISSED,
        Reason.NEVER_RANG,
    ),
    (
        "backfilled: the one phone that rang, where the business has two, was not answered",
        known(backfilled(phones=1), leg_ended("no-answer"), call_ended("completed"), phones=2),
        Verdict.MISSED,
        Reason.DIAL_NO_ANSWER,
    ),
    (
        "backfilled: of two phones that rang only one is known",
        known(backfilled(phones=2), leg_ended("no-answer"), call_ended("completed")),
        Verdict.UNDETERMINED,
        Reason.NO_EVIDENCE,
    ),
    (
        "backfilled: a leg that turns up after all was answered",
        known(backfilled(phones=0), leg_ended("completed"), call_ended("completed")),
        Verdict.ANSWERED,
        Reason.DIAL_ANSWERED,
    ),
    (
        "backfilled: not over yet",
        known(backfilled(phones=0)),
        Verdict.UNDETERMINED,
        Reason.NEVER_ENDED,
    ),
    (
        "without a leg a business's own application may have answered",
        known(backfilled(OBSERVE, phones=0), call_ended("completed", OBSERVE)),
        Verdict.UNDETERMINED,
        Reason.NO_EVIDENCE,
    ),
    (
        "the line was busy, since there is no phone to ring",
        known(voice(), call_ended("busy"), phones=0),
        Verdict.MISSED,
        Reason.CALL_BUSY,
    ),
    ("outbound", known(voice(Direction="outbound-api")), Verdict.IGNORED, Reason.NOT_INBOUND),
    ("the business calls itself", known(voice(), dialled("busy"), own=True), Verdict.IGNORED, Reason.OWN_NUMBER),
    ("a status nobody has heard of", known(dialled("teleported")), Verdict.UNDETERMINED, Reason.NEVER_ENDED),
]


@pytest.mark.parametrize(("facts", "verdict", "reason"), [row[1:] for row in SCENES], ids=[row[0] for row in SCENES])
def test_a_call_is_judged_by_what_its_webhooks_prove(facts: CallFacts, verdict: Verdict, reason: Reason) -> None:
    judgement = judge(facts)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)


WEBHOOKS = st.sampled_from(
    [
        *(voice(mode) for mode in Mode),
        voice(OVERFLOW, ForwardedFrom="+14155550142"),
        *(backfilled(phones=phones) for phones in (0, 2)),
        *(dialled(status, bridged) for status in ("completed", "busy", "teleported") for bridged in ("true", "false")),
        *(leg_ended(status, leg) for status in ("no-answer", "completed") for leg in (CHILD, SECOND_CHILD)),
        *(call_ended(status) for status in ("completed", "no-answer", "canceled")),
    ]
)


@given(st.lists(WEBHOOKS, max_size=7).flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen))))
def test_the_order_of_webhooks_never_matters(orders: tuple[list[CallIngested], list[CallIngested]]) -> None:
    first, second = orders
    assert known(*first) == known(*second)


@given(st.lists(WEBHOOKS, max_size=5), WEBHOOKS)
def test_a_webhook_said_twice_changes_nothing(before: list[CallIngested], again: CallIngested) -> None:
    assert known(*before, again, again) == known(*before, again)


@given(st.lists(WEBHOOKS, max_size=4), st.lists(WEBHOOKS, max_size=4), st.lists(WEBHOOKS, max_size=4))
def test_views_of_a_call_merge_the_same_however_they_are_grouped(
    one: list[CallIngested], two: list[CallIngested], three: list[CallIngested]
) -> None:
    a, b, c = known(*one), known(*two), known(*three)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(st.lists(WEBHOOKS, max_size=6))
def test_missing_evidence_alone_is_never_a_missed_call(webhooks: list[CallIngested]) -> None:
    """Whatever is left out of a call that a Dial proved answered, it is never judged missed by the rest."""
    answered = [voice(), leg_ended("completed"), dialled("completed", "true"), call_ended("completed")]
    left = [webhook for webhook in answered if webhook not in webhooks]
    assert judge(known(*left)).verdict is not Verdict.MISSED


@pytest.mark.parametrize(
    ("facts", "seconds"),
    [
        pytest.param(known(voice(), dialled("busy")), None, id="a Dial's outcome is said at once"),
        pytest.param(known(call_ended("no-answer")), 10, id="a status alone waits for a Dial's outcome on its way"),
        pytest.param(known(call_ended("completed")), 10, id="and so does having no evidence"),
        pytest.param(
            known(voice(OVERFLOW, ForwardedFrom="+14155550142")), 60, id="a forwarded call waits for its end, a minute"
        ),
        pytest.param(
            known(voice(OVERFLOW, ForwardedFrom="+14155550142"), call_ended("completed", OVERFLOW)),
            None,
            id="a forwarded call that ended is said at once",
        ),
        pytest.param(known(voice()), 4 * 3600, id="a call whose end is never told is given up after Twilio's longest"),
    ],
)
def test_a_judgement_is_said_when_nothing_is_waited_for(facts: CallFacts, seconds: float | None) -> None:
    ripe = START + timedelta(seconds=seconds) if seconds is not None else None
    assert ripe_at(facts, judge(facts), taken_at=START, timing=TIMING) == ripe


@pytest.mark.parametrize(
    ("said", "facts", "contrary"),
    [
        (Verdict.MISSED, known(dialled("completed", "true")), True),
        (Verdict.UNDETERMINED, known(dialled("busy")), True),
        (Verdict.MISSED, known(dialled("no-answer")), False),
        (Verdict.ANSWERED, known(call_ended("completed")), False),
    ],
)
def test_only_contrary_proof_overturns_what_was_said(said: Verdict, facts: CallFacts, contrary: bool) -> None:  # noqa: FBT001
    assert overturns(judge(facts), said) is contrary


def test_twilios_own_timestamp_is_the_calls_end() -> None:
    facts = facts_of(
        call_ended("completed", Timestamp="Mon, 02 Mar 2026 15:00:09 +0000"), own_number=False, phones=None
    )
    assert facts.ended_at == START + timedelta(seconds=9)


def test_an_end_that_lies_in_the_future_is_not_believed() -> None:
    """The guard against late texts counts from it."""
    said = call_ended("completed", Timestamp="Fri, 31 Dec 9999 23:00:00 +0000")
    assert facts_of(said, own_number=False, phones=None).ended_at == START + timedelta(seconds=21)


@pytest.mark.parametrize("digits", ["", "-3", "9" * 30, "9" * 5000, "²"])
def test_a_duration_that_is_no_count_of_seconds_is_left_out(digits: str) -> None:
    said = call_ended("completed").model_copy(update={"said": {"CallStatus": "completed", "CallDuration": digits}})
    assert facts_of(said, own_number=False, phones=None).duration_seconds is None


@pytest.mark.parametrize("timestamp", ["", "yesterday", "Mon, 99 Mar 2026"])
def test_a_timestamp_that_cannot_be_read_is_replaced_by_when_we_heard(timestamp: str) -> None:
    facts = facts_of(call_ended("completed", Timestamp=timestamp), own_number=False, phones=None)
    assert facts.ended_at == START + timedelta(seconds=21)
