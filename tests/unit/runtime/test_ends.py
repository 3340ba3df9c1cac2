"""A table says that it is current up to a time only if all that stood in its topic by then is read."""

from __future__ import annotations

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from runtime.ends import Ends

ONE, OTHER = TopicPartition("rows.changed.v1", 0), TopicPartition("rows.changed.v1", 1)


def ends(*, of_other: int | None = None) -> Ends:
    found = {ONE: 5} if of_other is None else {ONE: 5, OTHER: of_other}
    return Ends(found, asked_at=10.0, answered_at=11.0)


def test_at_the_end_that_was_asked_for_it_is_current_as_of_the_question() -> None:
    assert ends().read_until({ONE: 4}) is None
    assert ends().read_until({ONE: 5}) == 10.0


def test_an_answer_that_lay_unread_says_nothing_of_the_time_after_it_was_asked_for() -> None:
    found = ends()
    found.hear(ONE, 5, answered_at=60.0)
    assert found.read_until({ONE: 5}) == 11.0


def test_an_answer_that_is_looked_at_twice_counts_once() -> None:
    found = ends()
    found.hear(ONE, 5, answered_at=12.0)
    found.hear(ONE, 5, answered_at=12.0)
    assert found.read_until({ONE: 5}) == 11.0


def test_what_was_written_meanwhile_is_to_be_read_first() -> None:
    found = ends()
    found.hear(ONE, 7, answered_at=12.0)
    assert found.read_until({ONE: 6}) is None


def test_a_late_word_of_a_broker_that_has_lost_the_partition_takes_nothing_back() -> None:
    found = ends()
    found.hear(ONE, 7, answered_at=12.0)
    found.hear(ONE, 5, answered_at=13.0)
    assert found.read_until({ONE: 5}) is None


def test_the_partition_that_was_silent_for_longest_counts() -> None:
    found = ends(of_other=3)
    found.hear(ONE, 5, answered_at=20.0)
    found.hear(ONE, 5, answered_at=30.0)
    assert (found.read_until({ONE: 5, OTHER: 3}), found.heard_at) == (10.0, 11.0)


moments = st.floats(0.01, 5.0)
# Of each answer: how long until it is asked for, written down, and looked at; and how many rows come before each.
answers = st.lists(st.tuples(moments, moments, moments, st.integers(0, 3), st.integers(0, 3), st.booleans()))


@given(answers)
def test_whatever_was_written_by_the_time_it_names_is_read(
    said: list[tuple[float, float, float, int, int, bool]],
) -> None:
    """The broker's log grows all the time; the reader reads on now and then."""
    now, written, position = 100.0, [0.0] * 5, 5
    found = Ends({ONE: 5}, asked_at=98.0, answered_at=99.0)
    for ask, write, look, early, late, reads in said:
        asked, answered = now + ask, now + ask + write
        written += [asked] * early
        end = len(written)
        now = answered + look
        written += [answered] * late
        found.hear(ONE, end, answered_at=now)
        position = end if reads else position
        if (until := found.read_until({ONE: position})) is not None:
            assert sum(moment < until for moment in written) <= position
