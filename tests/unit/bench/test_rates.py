"""How the highest rate that is held is looked for."""

from __future__ import annotations

import math

import pytest

from bench.benches.chain import next_rate


@pytest.mark.parametrize(
    ("held", "failed", "expected"),
    [
        pytest.param(0, math.inf, 50, id="the first"),
        pytest.param(50, math.inf, 75, id="held: higher"),
        pytest.param(0, 50, 25, id="the first was too high: lower"),
        pytest.param(100, 225, 150, id="between two"),
    ],
)
def test_the_next_rate_lies_where_the_answer_may_be(held: float, failed: float, expected: float) -> None:
    assert next_rate(held, failed, first=50) == pytest.approx(expected)
