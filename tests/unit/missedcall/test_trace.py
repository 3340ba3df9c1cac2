"""How a story is shown to people: times in the unit that fits them."""

from __future__ import annotations

import pytest

from missedcall.trace import span


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0.000 s"), (59.9, "59.900 s"), (60, "1.0 min"), (3599, "60.0 min"), (3600, "1.0 h"), (86400 * 3, "72.0 h")],
)
def test_a_time_is_shown_in_the_unit_that_fits_it(seconds: float, shown: str) -> None:
    assert span(seconds) == shown
