"""Which of many runs of chaos a test makes: another one each time, or the one that is asked for."""

import os
from random import SystemRandom


def chosen_seed() -> int:
    """CHAOS_SEED repeats a run; it is printed before the run, which may end in any way."""
    seed = int(os.environ.get("CHAOS_SEED") or SystemRandom().randrange(1_000_000))
    print(f"CHAOS_SEED={seed} repeats this run")
    return seed
