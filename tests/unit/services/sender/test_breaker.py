"""When an account is left alone, and that one text finds out whether it is well again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sender.breaker import Breaker, Tolerance, Why

BEARS = Tolerance(silences=3, rest=2, cap=10)


def unanswered(times: int) -> Breaker:
    """So many POSTs, one after the other, from second 0."""
    breaker = Breaker()
    for second in range(times):
        breaker = breaker.unanswered(since=second, at=second, bears=BEARS)
    return breaker


def test_a_few_posts_without_an_answer_shut_nothing() -> None:
    assert not unanswered(2).shut(2)


def test_as_many_in_a_row_as_are_borne_shut_it_for_its_rest() -> None:
    breaker = unanswered(3)
    assert breaker.why is Why.UNANSWERED
    assert breaker.shut(2 + 1.9)
    assert not breaker.shut(2 + 2)


def test_an_answer_in_between_begins_the_count_anew() -> None:
    breaker = unanswered(2).answered(since=2).unanswered(since=3, at=3, bears=BEARS)
    assert not breaker.shut(3)


def test_after_its_rest_one_text_is_let_through_and_no_second_one() -> None:
    breaker = unanswered(3).admitted(5)
    assert breaker.shut(5)
    assert breaker.shut(1000)


def test_an_answered_probe_opens_it_for_all() -> None:
    assert unanswered(3).admitted(5).answered(since=5) == Breaker()


def test_an_answer_to_what_was_posted_before_is_no_probe() -> None:
    breaker = unanswered(3).admitted(5)
    assert breaker.answered(since=1) == breaker


@pytest.mark.parametrize(("failed_probes", "rest"), [(1, 4), (2, 8), (3, 10), (40, 10)])
def test_each_unanswered_probe_doubles_the_rest_up_to_its_cap(failed_probes: int, rest: float) -> None:
    breaker, at = unanswered(3), 100.0
    for number in range(failed_probes):
        at = 100.0 + 100 * number
        breaker = breaker.admitted(at).unanswered(since=at, at=at, bears=BEARS).left(at)
    assert breaker.until == at + rest


def test_a_probe_that_was_never_posted_leaves_room_for_another() -> None:
    assert not unanswered(3).admitted(5).left(5).shut(6)


def test_a_shorter_rest_does_not_end_a_longer_one() -> None:
    breaker = Breaker().refused(Why.CREDENTIALS, until=30).refused(Why.ASKED, until=1)
    assert breaker.shut(29)
    assert not breaker.shut(30)


@given(steps=st.lists(st.tuples(st.sampled_from(["admit", "answer", "silence", "refuse", "leave"]), st.floats(0, 60))))
def test_whatever_happens_it_is_never_shut_for_good(steps: list[tuple[str, float]]) -> None:
    """Once nothing is out any more and the longest rest is over, a text is let through."""
    breaker, now, out = Breaker(), 0.0, list[float]()
    for step, seconds in steps:
        now += seconds
        if step == "admit" and not breaker.shut(now):
            breaker = breaker.admitted(now)
            out.append(now)
        elif step == "refuse":
            breaker = breaker.refused(Why.SUSPENDED, until=now + 30)
        elif out and step == "answer":
            breaker = breaker.answered(since=out[-1])
        elif out and step == "silence":
            breaker = breaker.unanswered(since=out[-1], at=now, bears=BEARS)
        elif out and step == "leave":
            breaker = breaker.left(out.pop())
    for since in out:
        breaker = breaker.left(since)
    assert not breaker.shut(now + 60)
