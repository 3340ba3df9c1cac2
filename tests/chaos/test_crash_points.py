"""Every await of the send path is a place to die: a few of them, others each time. `make chaos` dies at all."""

from __future__ import annotations

from pathlib import Path
from random import Random

from local.stack import Stack
from tests.chaos.crash_run import crash
from tests.chaos.deaths import problem
from tests.chaos.ground import twilio
from tests.seeds import chosen_seed

PLACES = 5


async def test_wherever_a_sender_dies_its_text_is_sent_once_or_known_not_to_be(stack: Stack, tmp_path: Path) -> None:
    """CHAOS_SEED repeats a run."""
    seed = chosen_seed()
    async with twilio(tmp_path) as simulated:
        crashes = await crash(
            stack, simulated, tmp_path, where=lambda found: Random(seed).sample(found, k=PLACES), walks=1
        )
    assert [wrong for death in crashes.deaths if (wrong := problem(death))] == [], f"CHAOS_SEED={seed} repeats this run"
    assert crashes.deaths
    assert len(crashes.deaths) + len(crashes.missed) == PLACES
