"""What is made of several runs' figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Spread, latencies, percentile, ratios

figures = st.lists(st.floats(min_value=0.001, max_value=1e6), min_size=1, max_size=50)


def test_a_spread_is_the_middle_run_and_the_two_outermost() -> None:
    assert Spread.of([9.0, 1.0, 2.0]) == Spread(middle=2.0, least=1.0, most=9.0)


def test_of_an_even_number_of_runs_the_middle_lies_between_two() -> None:
    assert Spread.of([1.0, 2.0, 4.0, 50.0]).middle == 3.0


def test_one_bad_run_does_not_move_the_middle() -> None:
    assert Spread.of([100.0, 101.0, 3.0]).middle == 100.0


def test_no_runs_have_no_spread() -> None:
    with pytest.raises(ValueError, match="run it at least once"):
        Spread.of([])


@given(figures)
def test_the_middle_lies_within_the_spread(found: list[float]) -> None:
    spread = Spread.of(found)
    assert spread.least <= spread.middle <= spread.most


def test_ratios_are_taken_round_by_round() -> None:
    """The machine was half as fast in the second round, for both: that is no difference between them."""
    assert ratios([80.0, 40.0], [100.0, 50.0]) == (0.8, 0.8)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        pytest.param(50, 50, id="the middle"),
        pytest.param(99, 99, id="the 99th of a hundred"),
        pytest.param(99.9, 100, id="finer than there are figures: the largest"),
        pytest.param(100, 100, id="the largest"),
        pytest.param(0, 1, id="the smallest"),
    ],
)
def test_a_percentile_is_a_figure_that_was_measured(percent: float, expected: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], percent) == expected


@given(figures, st.floats(min_value=0, max_value=100))
def test_no_percentile_is_made_up(found: list[float], percent: float) -> None:
    assert percentile(found, percent) in found


def test_no_figures_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 99)


def test_latency_counts_from_the_intended_moment() -> None:
    """The generator was held up for a second by the first answer and began the second request late: it still counts."""
    intended = {"first": 0.0, "second": 0.1}
    arrived = {"first": 1.0, "second": 1.05}
    assert latencies(intended, arrived, until=2.0) == pytest.approx([1.0, 0.95])


def test_what_never_arrived_has_waited_until_the_end() -> None:
    assert latencies({"lost": 1.0, "found": 1.0}, {"found": 1.5}, until=10.0) == [9.0, 0.5]


def test_a_stall_shows_in_the_percentile_of_everything_that_was_due_meanwhile() -> None:
    """100 requests a second, each answered at once, but for one second in ten in which nothing was: a generator that
    waits for answers would have seen one slow request of 901, and a p99 of nothing.
    """
    intended = {str(number): number / 100 for number in range(1000)}
    arrived = {name: max(moment, 5.0) if 4.0 <= moment < 5.0 else moment for name, moment in intended.items()}
    found = latencies(intended, arrived, until=10.0)
    assert percentile(found, 99) == pytest.approx(0.9)
    assert percentile(found, 50) == 0
