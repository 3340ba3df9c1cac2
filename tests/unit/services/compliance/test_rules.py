"""May the caller be texted: each rule, and which of them comes first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.businesses import Status
from schemas.calls import Verdict
from schemas.consents import Evidence, Scope, ScopeKind, Source, Wish
from schemas.identity import CallerKind
from schemas.reasons import Reason
from schemas.texts import Screening
from services.compliance.rules import Outcome, screen
from services.compliance.state import Conversation, Person, Standing, StandingWish, Texted, Unreachable
from tests.unit.services.compliance.cases import (
    ACCOUNT,
    CALL,
    ENDED,
    EVERYONE,
    NOW,
    NUMBER,
    POLICY,
    THIS_BUSINESS,
    THIS_NUMBER,
    business,
    case,
    decided,
)

OTHER_CALL = "CA" + "9" * 32
OTHER_NUMBER = Scope(kind=ScopeKind.NUMBER, name="n1_other")
OTHER_BUSINESS = Scope(kind=ScopeKind.BUSINESS, name="b2")
WITHHELD = {"caller_kind": CallerKind.WITHHELD, "caller": None, "person_id": None}


def wishing(*scopes: Scope, wish: Wish = Wish.OPTED_OUT) -> Person:
    evidence = Evidence(source=Source.KEYWORD, reference="SM1", heard_at=ENDED - timedelta(days=1))
    return Person(wishes=tuple(StandingWish(scope=s, wish=wish, version=1, evidence=evidence) for s in scopes))


def unreachable(days_ago: int) -> Person:
    return Person(unreachable=Unreachable(error_code=30006, heard_at=NOW - timedelta(days=days_ago)))


def texted(minutes_ago: float, standing: Standing = Standing.PENDING) -> Conversation:
    text = Texted(call_sid=OTHER_CALL, at=NOW - timedelta(minutes=minutes_ago), standing=standing)
    return Conversation(texts=(text,))


def after(text: Standing | None, revision: int = 1) -> Conversation:
    """The very call was judged before, and with `text` a text was permitted for it."""
    conversation = Conversation().judged(CALL, revision)
    return conversation.permitted(CALL, NOW).moved(CALL, text) if text else conversation


BLOCKED = [
    pytest.param({"business": None}, Reason.BUSINESS_UNKNOWN, id="a business nobody told us of"),
    pytest.param(
        {"call": decided(account_sid="AC" + "f" * 32)}, Reason.BUSINESS_UNKNOWN, id="the business of another account"
    ),
    pytest.param({"business": business(status=Status.TRIAL)}, Reason.TRIAL_OVER, id="the trial is over"),
    pytest.param({"business": business(status=Status.SUSPENDED)}, Reason.SUSPENDED, id="suspended"),
    pytest.param({"business": business(status=Status.CANCELLED)}, Reason.CANCELLED, id="cancelled"),
    pytest.param({"business": business(status=Status.TERMINATED)}, Reason.TERMINATED, id="terminated"),
    pytest.param({"call": decided(**WITHHELD)}, Reason.CALLER_WITHHELD, id="a withheld number"),
    *(
        pytest.param({"call": decided(caller_kind=kind, caller=None)}, Reason.CALLER_NOT_TEXTABLE, id=kind)
        for kind in (CallerKind.CLIENT, CallerKind.SIP, CallerKind.SHORT_CODE, CallerKind.INVALID)
    ),
    pytest.param({"call": decided(person_id=None)}, Reason.CALLER_NOT_TEXTABLE, id="a number without a person"),
    pytest.param({"call": decided(caller=NUMBER)}, Reason.OWN_NUMBER, id="the number calls itself"),
    pytest.param({"call": decided(caller="+14155550111")}, Reason.OWN_NUMBER, id="the phone that we ring calls"),
    pytest.param(
        {"business": business(numbers=(NUMBER, "+14155550100"))}, Reason.OWN_NUMBER, id="another connected number calls"
    ),
    pytest.param({"person": wishing(THIS_NUMBER)}, Reason.OPTED_OUT, id="opted out from this number"),
    pytest.param({"person": wishing(THIS_BUSINESS)}, Reason.OPTED_OUT, id="opted out from this business"),
    pytest.param({"person": wishing(EVERYONE)}, Reason.OPTED_OUT, id="opted out from everyone"),
    pytest.param({"person": unreachable(89)}, Reason.UNREACHABLE, id="a landline, 89 days ago"),
    pytest.param({"now": ENDED + timedelta(minutes=30, seconds=1)}, Reason.TOO_LATE, id="half an hour has passed"),
    *(
        pytest.param({"conversation": texted(59, standing)}, Reason.COOLDOWN, id=f"texted 59 minutes ago: {standing}")
        for standing in Standing
        if not standing.reached_nobody
    ),
    pytest.param({"business": business(template="Call us!")}, Reason.NO_WORDS, id="a template without the name"),
]

PERMITTED = [
    pytest.param({}, id="nothing objects"),
    pytest.param({"business": business(status=Status.TRIAL, trial_ends_at=NOW + timedelta(days=1))}, id="on trial"),
    pytest.param({"person": wishing(OTHER_NUMBER, OTHER_BUSINESS)}, id="opted out elsewhere"),
    pytest.param({"person": wishing(THIS_NUMBER, THIS_BUSINESS, wish=Wish.OPTED_IN)}, id="opted in again"),
    pytest.param({"person": unreachable(90)}, id="a landline, 90 days ago"),
    pytest.param({"now": ENDED + timedelta(minutes=30)}, id="just in time"),
    pytest.param({"conversation": texted(60)}, id="texted an hour ago"),
    pytest.param({"conversation": texted(0), "business": business(cooldown_minutes=0)}, id="no cooldown"),
    *(
        pytest.param({"conversation": texted(1, standing)}, id=f"the last text reached nobody: {standing}")
        for standing in Standing
        if standing.reached_nobody
    ),
]


@pytest.mark.parametrize(("what", "reason"), BLOCKED)
def test_each_objection_blocks_and_says_no_words(what: Mapping[str, Any], reason: Reason) -> None:
    assert screen(case(**what)) == Outcome(screening=Screening.BLOCKED, reason=reason)


@pytest.mark.parametrize("what", PERMITTED)
def test_a_missed_call_without_an_objection_is_texted(what: Mapping[str, Any]) -> None:
    outcome = screen(case(**what))
    assert outcome is not None
    assert (outcome.screening, outcome.reason) == (Screening.PERMITTED, Reason.PERMITTED)
    assert outcome.words is not None
    assert "Acme" in outcome.words.body
    assert "(415) 555-0199" in outcome.words.body


# Each with all that come after it, so that the first is seen to decide.
PRECEDENCE: list[tuple[Reason, Mapping[str, Any]]] = [
    (Reason.BUSINESS_UNKNOWN, {"account_sid": "AC" + "f" * 32}),
    (Reason.SUSPENDED, {"status": Status.SUSPENDED}),
    (Reason.CALLER_WITHHELD, {"caller_kind": CallerKind.WITHHELD}),
    (Reason.OWN_NUMBER, {"caller": NUMBER}),
    (Reason.OPTED_OUT, {"person": wishing(EVERYONE)}),
    (Reason.UNREACHABLE, {"person": unreachable(1)}),
    (Reason.TOO_LATE, {"now": ENDED + timedelta(minutes=31)}),
    (Reason.COOLDOWN, {"conversation": texted(0)}),
    (Reason.NO_WORDS, {"template": ""}),
]


@pytest.mark.parametrize("first", range(len(PRECEDENCE)), ids=[reason for reason, _ in PRECEDENCE])
def test_the_first_objection_of_the_list_is_the_one_that_is_said(first: int) -> None:
    wrong: dict[str, Any] = {}
    for _, what in reversed(PRECEDENCE[first:]):
        wrong |= what
    call = decided(**{k: wrong[k] for k in ("account_sid", "caller_kind", "caller") if k in wrong})
    owner = business(**{k: wrong[k] for k in ("status", "template") if k in wrong}, account_sid=ACCOUNT)
    rest = {k: wrong[k] for k in ("person", "now", "conversation") if k in wrong}
    outcome = screen(case(call=call, business=owner, **rest))
    assert outcome is not None
    assert outcome.reason is PRECEDENCE[first][0]


@pytest.mark.parametrize(
    ("verdict", "revision", "known", "screening"),
    [
        pytest.param(Verdict.ANSWERED, 1, Conversation(), None, id="answered"),
        pytest.param(Verdict.UNDETERMINED, 1, Conversation(), None, id="undetermined"),
        pytest.param(Verdict.IGNORED, 1, Conversation(), None, id="no call at all"),
        pytest.param(Verdict.MISSED, 2, after(None), Screening.PERMITTED, id="missed, once it was determined"),
        pytest.param(Verdict.ANSWERED, 2, after(None), None, id="answered, and no text was permitted"),
        pytest.param(Verdict.ANSWERED, 2, after(Standing.PENDING), Screening.CANCELLED, id="answered after all"),
        pytest.param(Verdict.ANSWERED, 2, after(Standing.ACCEPTED), Screening.CANCELLED, id="answered, text gone"),
        pytest.param(Verdict.IGNORED, 2, after(Standing.PENDING), Screening.CANCELLED, id="no call to the business"),
        pytest.param(Verdict.ANSWERED, 3, after(Standing.CANCELLED, 2), None, id="answered, cancelled before"),
        pytest.param(Verdict.UNDETERMINED, 2, after(Standing.PENDING), None, id="doubt takes nothing back"),
        pytest.param(Verdict.MISSED, 2, after(Standing.PENDING), None, id="missed for another reason"),
        pytest.param(Verdict.MISSED, 3, after(Standing.CANCELLED, 2), None, id="taken back is taken back"),
        pytest.param(Verdict.MISSED, 1, after(None), None, id="the same decision again"),
        pytest.param(Verdict.MISSED, 1, after(None, 2), None, id="an older decision that comes late"),
        pytest.param(Verdict.ANSWERED, 1, after(Standing.PENDING), None, id="the same revision again"),
    ],
)
def test_one_call_gets_one_text_and_only_an_answer_takes_it_back(
    verdict: Verdict, revision: int, known: Conversation, screening: Screening | None
) -> None:
    outcome = screen(case(call=decided(verdict=verdict, revision=revision), conversation=known))
    assert (outcome.screening if outcome else None) is screening


def test_what_is_taken_back_says_why_and_no_words() -> None:
    outcome = screen(case(call=decided(verdict=Verdict.ANSWERED, revision=2), conversation=after(Standing.PENDING)))
    assert outcome == Outcome(screening=Screening.CANCELLED, reason=Reason.ANSWERED_AFTER_ALL)


def test_the_expiry_counts_from_the_calls_end() -> None:
    assert case(now=NOW + timedelta(hours=5)).expires_at == ENDED + POLICY.valid_for


@given(
    scope=st.sampled_from([THIS_NUMBER, THIS_BUSINESS, EVERYONE]),
    others=st.sets(st.sampled_from([OTHER_NUMBER, OTHER_BUSINESS])),
    minutes=st.integers(0, 100),
    cooldown=st.integers(0, 100),
    revision=st.integers(1, 5),
    status=st.sampled_from(Status),
    verdict=st.sampled_from(Verdict),
    conversation=st.sampled_from([Conversation(), texted(1), after(None), after(Standing.FAILED)]),
)
def test_whoever_opted_out_is_never_permitted(
    *,
    scope: Scope,
    others: set[Scope],
    minutes: int,
    cooldown: int,
    revision: int,
    status: Status,
    verdict: Verdict,
    conversation: Conversation,
) -> None:
    outcome = screen(
        case(
            call=decided(revision=revision, verdict=verdict),
            business=business(status=status, cooldown_minutes=cooldown, trial_ends_at=NOW + timedelta(days=1)),
            person=wishing(scope, *others),
            conversation=conversation,
            now=ENDED + timedelta(minutes=minutes),
        )
    )
    assert outcome is None or outcome.screening is not Screening.PERMITTED
