"""`python -m tests.chaos`: at least a thousand texts through a sender to which everything happens."""

from __future__ import annotations

import argparse
import asyncio
import sys
from random import SystemRandom
from typing import Final

from rich.console import Console

from local.signals import cancelled_by_signals
from tests.chaos.report import Report
from tests.chaos.run import run
from tests.chaos.schedule import whole

_SEEDS: Final = 1_000_000
_WIDTH: Final = 120  # characters, where nobody says how many there are


def main() -> None:
    asked = _asked()
    seed = SystemRandom().randrange(_SEEDS) if asked.seed is None else asked.seed
    # Before the run: whatever becomes of it, it can be had again.
    print(f"chaos: seed {seed}; `make chaos SEED={seed}` repeats this run", file=sys.stderr, flush=True)
    report = asyncio.run(_run(seed, asked))
    if asked.json:
        print(report.as_json())
    else:
        report.show(Console() if sys.stdout.isatty() else Console(width=_WIDTH))
    sys.exit(bool(report.problems))


async def _run(seed: int, asked: argparse.Namespace) -> Report:
    with cancelled_by_signals():
        return await run(seed, whole(seed, asked.texts), at_random=asked.at_random, crash_points=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="of an earlier run; by default another one each time")
    parser.add_argument("--texts", type=int, default=1_000, help="owed while the schedule is carried out")
    parser.add_argument("--at-random", type=int, default=500, help="owed while senders are killed at any moment")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
