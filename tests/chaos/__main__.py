"""`python -m tests.chaos`: at least a thousand texts through a sender to which everything happens."""

from __future__ import annotations

import argparse
import asyncio
from typing import Final

from local.signals import cancelled_by_signals
from tests import runs
from tests.chaos.report import Report
from tests.chaos.run import run
from tests.chaos.schedule import whole

_NAME: Final = "chaos"


def main() -> None:
    asked = _asked()
    seed = runs.seed_of(_NAME, asked)
    runs.end(asyncio.run(_run(seed, asked)), asked, width=120)


async def _run(seed: int, asked: argparse.Namespace) -> Report:
    with cancelled_by_signals():
        return await run(seed, whole(seed, asked.texts), at_random=asked.at_random, crash_points=True)


def _asked() -> argparse.Namespace:
    parser = runs.parser(_NAME, __doc__)
    parser.add_argument("--texts", type=int, default=1_000, help="owed while the schedule is carried out")
    parser.add_argument("--at-random", type=int, default=500, help="owed while senders are killed at any moment")
    return parser.parse_args()


if __name__ == "__main__":
    main()
