"""Who picks up first, and what a Dial reports that reached nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.voice.ringing import dial_status, turns
from simulator.voice.script import Callee, Callees, Outcome

CALLEES = st.lists(
    st.builds(Callee, outcome=st.sampled_from(Outcome), after=st.floats(0, 60), number=st.none()), max_size=5
)


@given(CALLEES, st.floats(1, 60))
def test_turns_come_in_order_one_for_each_leg_and_none_after_the_timeout(callees: list[Callee], timeout: float) -> None:
    taken = turns(callees, timeout)
    assert sorted(turn.leg for turn in taken) == list(range(len(callees)))
    assert [turn.at for turn in taken] == sorted(turn.at for turn in taken)
    assert all(turn.at <= timeout for turn in taken)
    assert all(callees[turn.leg].after == turn.at for turn in taken if turn.picks_up)


@pytest.mark.parametrize(
    ("legs", "status"),
    [
        (["busy"], "busy"),
        (["failed", "busy"], "failed"),
        (["busy", "no-answer"], "no-answer"),
        (["no-answer", "completed"], "completed"),
    ],
)
def test_a_dial_to_several_phones_reports_the_one_that_came_closest(legs: list[str], status: str) -> None:
    assert dial_status(legs) == status


def test_phones_are_matched_by_number_first_then_in_turn_and_the_last_stands_for_the_rest() -> None:
    named, first, last = Callee(number="+1", after=1), Callee(after=2), Callee(after=3)
    callees = Callees((first, named, last))
    assert [callees.of(number) for number in ("+2", "+1", "+3", "+4")] == [first, named, last, last]


def test_a_phone_that_the_script_does_not_mention_is_not_answered() -> None:
    assert Callees(()).of("+1").outcome is Outcome.NO_ANSWER
