"""Chaos in its short form: a few troubles of each kind, others each time, and random kills."""

from __future__ import annotations

from rich.console import Console

from tests.chaos.run import run
from tests.chaos.schedule import short
from tests.seeds import chosen_seed

TEXTS, AT_RANDOM = 50, 30


async def test_no_text_is_sent_twice_and_none_is_in_a_state_that_nobody_knows_of() -> None:
    """CHAOS_SEED repeats a run; what is printed is shown where it fails."""
    seed = chosen_seed()
    report = await run(seed, short(seed, TEXTS), at_random=AT_RANDOM, crash_points=False)
    report.show(Console(width=120))
    assert report.problems == [], f"CHAOS_SEED={seed} repeats this run"
    assert report.total.owed == TEXTS + AT_RANDOM
    assert report.killed > 0
