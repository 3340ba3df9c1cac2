"""A line of the table, and what it says of itself."""

from __future__ import annotations

import json

import pytest

from bench.figures import Spread
from bench.lines import Better, Line
from bench.report import bar


def line(*figures: float, beside: tuple[float, ...] = (), better: Better = Better.HIGHER, target: float | None) -> Line:
    return Line(name="x", unit="y/s", figures=figures, beside=beside, better=better, target=target)


def test_the_ratio_is_the_middle_of_the_rounds_ratios() -> None:
    compared = line(80.0, 40.0, 90.0, beside=(100.0, 50.0, 100.0), target=None)
    assert compared.ratio == Spread(middle=0.8, least=0.8, most=0.9)


@pytest.mark.parametrize(
    ("measured", "reached"),
    [
        pytest.param(line(80.0, beside=(100.0,), target=0.8), True, id="a ratio that is just enough"),
        pytest.param(line(79.0, beside=(100.0,), target=0.8), False, id="a ratio that is not"),
        pytest.param(line(9.0, beside=(3.0,), better=Better.LOWER, target=3), True, id="three times as slow, allowed"),
        pytest.param(line(10.0, beside=(3.0,), better=Better.LOWER, target=3), False, id="slower than allowed"),
        pytest.param(line(301.0, target=300), True, id="without a baseline the figure counts"),
        pytest.param(line(301.0, target=None), None, id="nothing was aimed at"),
    ],
)
def test_a_target_bounds_the_ratio_from_the_side_that_is_worse(measured: Line, *, reached: bool | None) -> None:
    assert measured.reached is reached


def test_a_row_can_be_written_down_with_every_run() -> None:
    row = json.loads(json.dumps(line(80.0, 40.0, beside=(100.0, 50.0), target=0.8).row()))
    assert (row["runs"], row["baseline_runs"], row["ratio"], row["reached"]) == ([80, 40], [100, 50], 0.8, True)


@pytest.mark.parametrize(
    ("ratio", "drawn"),
    [
        pytest.param(0, "··········│", id="nothing"),
        pytest.param(0.5, "█████·····│", id="half of the baseline"),
        pytest.param(1, "██████████│", id="the baseline"),
        pytest.param(1.3, "██████████│███", id="more"),
        pytest.param(9, "██████████│█████▶", id="more than fits"),
    ],
)
def test_a_bar_shows_where_the_baseline_stands(ratio: float, drawn: str) -> None:
    assert bar(ratio) == drawn
