"""A trial lasts one calendar month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.businesses.calendar import month_later

CASES = [
    ("within a year", "2030-04-10", "2030-05-10"),
    ("into the next year", "2030-12-15", "2031-01-15"),
    ("the last of a long month", "2030-03-31", "2030-04-30"),
    ("31 January", "2030-01-31", "2030-02-28"),
    ("31 January of a leap year", "2028-01-31", "2028-02-29"),
    ("29 January", "2030-01-29", "2030-02-28"),
    ("30 January of a leap year", "2028-01-30", "2028-02-29"),
    ("28 February", "2030-02-28", "2030-03-28"),
    ("29 February", "2028-02-29", "2028-03-29"),
    ("a century without a leap day", "2100-01-31", "2100-02-28"),
    ("New Year's Eve", "2030-12-31", "2031-01-31"),
]


@pytest.mark.parametrize(("start", "end"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_month_later_is_the_same_day_or_the_months_last(start: str, end: str) -> None:
    assert month_later(datetime.fromisoformat(f"{start}T23:59:58Z")) == datetime.fromisoformat(f"{end}T23:59:58Z")


@given(start=st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive
def test_a_month_is_28_to_31_days_and_keeps_the_time_of_day(start: datetime) -> None:
    later = month_later(start)
    assert timedelta(days=28) <= later - start <= timedelta(days=31)
    assert later.timetz() == start.timetz()


def test_a_month_counts_in_the_zone_of_its_start() -> None:
    pacific = timezone(timedelta(hours=-8))
    assert month_later(datetime(2030, 1, 31, 20, tzinfo=pacific)) == datetime(2030, 2, 28, 20, tzinfo=pacific)
