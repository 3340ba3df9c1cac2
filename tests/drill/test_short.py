"""A game day in its short form: no call is lost and nobody is texted twice, whatever is killed."""

from __future__ import annotations

from random import Random

from rich.console import Console

from tests.drill.day import hold
from tests.drill.troubles import short
from tests.seeds import chosen_seed


async def test_no_call_is_lost_and_nobody_is_texted_twice() -> None:
    """CHAOS_SEED repeats a day; what is printed is shown where it fails."""
    seed = chosen_seed()
    report = await hold(seed, short(Random(seed)), per_second=4, said=print)
    report.show(Console(width=140))
    assert report.problems == [], f"CHAOS_SEED={seed} repeats this day"
    assert all(row.calls == row.decided > 0 for row in report.rows)
