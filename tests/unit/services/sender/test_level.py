"""How many POSTs at once an account is given: halved when it is too much, grown one by one when all is well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sender.level import Level


def answered(level: Level, times: int, *, since: float) -> Level:
    for _ in range(times):
        level = level.answered(since=since)
    return level


def test_an_account_begins_at_its_ceiling() -> None:
    assert Level.at_its_ceiling(8).at_once == 8


def test_a_refusal_halves_it() -> None:
    assert Level.at_its_ceiling(8).slowed(since=0, at=1).at_once == 4


def test_a_burst_of_refusals_of_one_moment_halves_it_once() -> None:
    level = Level.at_its_ceiling(8)
    for answered_at in (1, 1.1, 1.2, 1.3):
        level = level.slowed(since=0, at=answered_at)
    assert level.at_once == 4


def test_a_refusal_of_what_was_begun_since_halves_it_again() -> None:
    assert Level.at_its_ceiling(8).slowed(since=0, at=1).slowed(since=1, at=2).at_once == 2


@pytest.mark.parametrize(("answers", "at_once"), [(3, 4), (4, 5), (8, 5), (9, 6), (14, 6), (15, 7), (200, 8)])
def test_a_window_of_answers_adds_one_up_to_the_ceiling(answers: int, at_once: int) -> None:
    halved = Level.at_its_ceiling(8).slowed(since=0, at=1)
    assert answered(halved, answers, since=2).at_once == at_once


def test_answers_to_what_was_begun_before_the_cut_add_nothing() -> None:
    halved = Level.at_its_ceiling(8).slowed(since=0, at=1)
    assert answered(halved, 100, since=0.5) == halved


@given(ceiling=st.integers(1, 50), steps=st.lists(st.tuples(st.booleans(), st.floats(0, 10), st.floats(0, 10))))
def test_it_is_never_less_than_one_nor_above_its_ceiling(ceiling: int, steps: list[tuple[bool, float, float]]) -> None:
    level = Level.at_its_ceiling(ceiling)
    for well, since, took in steps:
        level = level.answered(since=since) if well else level.slowed(since=since, at=since + took)
        assert 1 <= level.at_once <= ceiling
