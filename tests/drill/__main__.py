"""`python -m tests.drill`: a game day on this machine."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from functools import reduce
from random import SystemRandom
from typing import Final

from rich.console import Console

from local.signals import cancelled_by_signals
from tests.drill.day import hold
from tests.drill.report import Report
from tests.drill.troubles import by_quota, named, whole

_SEEDS: Final = 1_000_000
_WIDTH: Final = 140  # characters, where nobody says how many there are


def main() -> None:
    asked = _asked()
    # It tells of each try to connect to a broker that is away, and here brokers are away on purpose.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    seed = SystemRandom().randrange(_SEEDS) if asked.seed is None else asked.seed
    # Before the day: whatever becomes of it, it can be had again.
    _say(f"drill: seed {seed}; `make drill SEED={seed}` repeats this day")
    report = asyncio.run(_held(seed, asked))
    if asked.json:
        print(report.as_json())
    else:
        report.show(Console() if sys.stdout.isatty() else Console(width=_WIDTH))
    sys.exit(bool(report.problems))


async def _held(seed: int, asked: argparse.Namespace) -> Report:
    troubles = named(whole(outage=asked.outage), asked.only)
    with cancelled_by_signals():
        reports = [
            await hold(seed, group, per_second=asked.rate, said=lambda what: _say(f"drill: {what}"), spool_bytes=quota)
            for quota, group in by_quota(troubles).items()
        ]
    return reduce(Report.and_then, reports)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--seed", type=int, help="of an earlier day; by default another one each time")
    parser.add_argument("--rate", type=float, default=5.0, help="calls a second")
    parser.add_argument("--outage", type=float, default=60.0, help="seconds that all of Kafka, all of MongoDB are away")
    parser.add_argument("--only", action="append", default=[], metavar="TROUBLE", help="the beginning of its name")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
