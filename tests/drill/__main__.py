"""`python -m tests.drill`: a game day on this machine."""

from __future__ import annotations

import argparse
import asyncio
import logging
from functools import partial, reduce
from typing import Final

from local.signals import cancelled_by_signals
from tests import runs
from tests.drill.day import hold
from tests.drill.report import Report
from tests.drill.troubles import by_quota, named, whole

_NAME: Final = "drill"


def main() -> None:
    asked = _asked()
    # It tells of each try to connect to a broker that is away, and here brokers are away on purpose.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    seed = runs.seed_of(_NAME, asked)
    runs.end(asyncio.run(_held(seed, asked)), asked, width=150)


async def _held(seed: int, asked: argparse.Namespace) -> Report:
    troubles, said = named(whole(outage=asked.outage), asked.only), partial(runs.say, _NAME)
    with cancelled_by_signals():
        reports = [
            await hold(seed, group, per_second=asked.rate, said=said, spool_bytes=quota)
            for quota, group in by_quota(troubles).items()
        ]
    return reduce(Report.and_then, reports)


def _asked() -> argparse.Namespace:
    parser = runs.parser(_NAME, __doc__)
    parser.add_argument("--rate", type=float, default=5.0, help="calls a second")
    parser.add_argument("--outage", type=float, default=60.0, help="seconds that all of Kafka, all of MongoDB are away")
    parser.add_argument("--only", action="append", default=[], metavar="TROUBLE", help="the beginning of its name")
    return parser.parse_args()


if __name__ == "__main__":
    main()
