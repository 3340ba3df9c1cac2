"""A moment in the past, as a person types it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from missedcall.since import NoMoment, moment

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "ago"),
    [
        ("2h", timedelta(hours=2)),
        ("90m", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
        (" 3d ", timedelta(days=3)),
        ("2026-03-02T14:00:00Z", timedelta(hours=1)),
        ("2026-03-02T16:00:00+02:00", timedelta(hours=1)),
    ],
)
def test_it_is_a_time_or_how_long_ago(typed: str, ago: timedelta) -> None:
    assert moment(typed, now=NOW) == NOW - ago


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("yesterday", "is no time: say 2h"),
        ("2w", "is no time"),
        ("-2h", "is no time"),
        ("", "is no time"),
        ("2026-03-02T14:00:00", "has no time zone"),
        ("2026-03-02", "has no time zone"),
        ("2026-03-02T15:00:01Z", "is in the future"),
    ],
)
def test_what_is_none_says_what_would_be(typed: str, problem: str) -> None:
    with pytest.raises(NoMoment, match=problem):
        moment(typed, now=NOW)
