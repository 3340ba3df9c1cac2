"""Each account by itself: what an answer to one text says of it, and what it is given."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.sender.accounts import Accounts
from services.sender.breaker import Tolerance, Why
from services.sender.errors import Answer, Created, Denied, NoAnswer, NotConnected, NoToken
from tests.unit.services.sender.samples import SID

CREATED = Created(message_sid=SID)


def accounts(posts_at_once: int) -> Accounts:
    return Accounts(
        posts_at_once=posts_at_once, halt=timedelta(seconds=30), bears=Tolerance(silences=2, rest=4, cap=60)
    )


def posted(own: Accounts, answer: Answer, *, at: float, name: str = "AC1") -> None:
    """One text, from its admission to its answer, in no time."""
    assert own.admit(name, at)
    own.heard(name, answer, since=at, at=at)
    own.leave(name, since=at)


def admitted(own: Accounts, asking: int, *, at: float) -> int:
    return sum(own.admit("AC1", at) for _ in range(asking))


def halts(name: str, why: Why) -> float:
    return REGISTRY.get_sample_value("missedcall_account_halts_total", {"account": name, "why": why}) or 0


def test_no_more_than_its_slots_are_admitted_and_others_are_not_held_up() -> None:
    own = accounts(2)
    assert [own.admit(name, 0) for name in ("AC1", "AC1", "AC1", "AC2")] == [True, True, False, True]
    assert own.closed(0) == {"AC1"}


def test_a_slot_that_is_left_is_there_for_the_next() -> None:
    own = accounts(1)
    own.admit("AC1", 0)
    own.leave("AC1", since=0)
    assert own.closed(0) == set()
    assert own.admit("AC1", 1)


@pytest.mark.parametrize(
    ("answer", "why", "rest"),
    [
        pytest.param(Denied(status=401, code=20003), Why.CREDENTIALS, 30, id="20003"),
        pytest.param(Denied(status=401), Why.CREDENTIALS, 30, id="401 without a code"),
        pytest.param(Denied(status=400, code=30002), Why.SUSPENDED, 30, id="30002"),
        pytest.param(Denied(status=429, code=63038), Why.DAILY_CAP, 30, id="63038"),
        pytest.param(Denied(status=429, code=63038, retry_after=99), Why.DAILY_CAP, 99, id="63038 with Retry-After"),
        pytest.param(Denied(status=429, code=20429, retry_after=7), Why.ASKED, 7, id="429 with Retry-After"),
        pytest.param(NoToken(), Why.NO_TOKEN, 30, id="no token"),
    ],
)
def test_a_refusal_of_the_whole_account_shuts_it_alone_says_why_and_ends_by_itself(
    answer: Answer, why: Why, rest: float
) -> None:
    own, name = accounts(1), f"AC {answer}"
    posted(own, answer, at=100, name=name)
    assert own.closed(100 + rest - 0.001) == {name}
    assert own.closed(100 + rest) == set()
    assert halts(name, why) == 1


def test_after_a_halt_one_text_finds_out_whether_it_is_over() -> None:
    own = accounts(4)
    posted(own, Denied(status=401, code=20003), at=0)
    assert admitted(own, 2, at=30) == 1
    own.heard("AC1", CREATED, since=30, at=31)
    own.leave("AC1", since=30)
    assert admitted(own, 2, at=31) == 2


@pytest.mark.parametrize("answer", [NoAnswer(), NotConnected(), Denied(status=503)])
def test_posts_in_a_row_that_nobody_answers_shut_an_account(answer: Answer) -> None:
    own = accounts(4)
    posted(own, answer, at=0)
    assert own.closed(0) == set()
    posted(own, answer, at=1)
    assert own.closed(4.9) == {"AC1"}
    assert own.closed(5) == set()


def test_that_one_text_is_refused_says_nothing_against_its_account() -> None:
    own = accounts(4)
    for second in range(10):
        posted(own, Denied(status=400, code=21610), at=second)
    assert own.closed(10) == set()


def test_a_429_halves_how_many_go_at_once_and_answers_let_it_grow_again() -> None:
    own = accounts(4)
    posted(own, Denied(status=429, code=20429), at=0)
    assert admitted(own, 4, at=1) == 2
    for _ in range(2):
        own.heard("AC1", CREATED, since=1, at=1)
        own.leave("AC1", since=1)
    assert admitted(own, 4, at=2) == 3


@pytest.mark.parametrize(("code", "shut"), [(63038, True), (30002, True), (30003, False), (None, False)])
def test_a_delivery_that_failed_for_the_whole_accounts_sake_shuts_it(code: int | None, *, shut: bool) -> None:
    """Twilio accepts the message, and only its status callback tells of the cap or the suspension."""
    own = accounts(4)
    own.delivered("AC1", code, at=0)
    assert own.closed(29) == ({"AC1"} if shut else set())
    assert own.closed(30) == set()
