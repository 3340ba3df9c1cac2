"""From the webhook that settles a call to the first byte of its text's POST, beside a bare relay of four hops at the
same rate; and beside that relay where each hop writes its batch down, as each of ours does.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from itertools import pairwise
from typing import Final

from bench.chain import LEAD_SECONDS, running_chain
from bench.corner import Corner, opened_corner
from bench.figures import PERCENTILES, latencies, percentile
from bench.ground import Ground, alternated
from bench.lines import Better, Line
from bench.load.pressing import pressed
from bench.programs import Programs, running_baseline
from bench.samples.parties import Caller

# One hop more than a text's way to its POST has; any topics with the partitions of the real ones will do.
_HOPS: Final = ("calls.ingested.v1", "calls.decided.v1", "texts.screened.v1", "texts.dispatched.v1")
_RECORD_BYTES: Final = 1_500
_ROUNDS: Final = 2
_AIMED_AT: Final = {(100, 99.0): 3.0}
_AIMED_AT_MS: Final = 100.0  # of the same, on a machine that nobody else uses
_WARM_UP_RATE: Final = 50
_STRAGGLERS_SECONDS: Final = 2.0

Found = Mapping[int, Sequence[float]]  # latencies in seconds, by rate


async def measure(ground: Ground) -> list[Line]:
    rates = ground.scale.rates
    aimed = [rate for rate in rates if (rate, 99.0) in _AIMED_AT] or rates
    runs = {
        "the whole chain": partial(_chain, ground),
        "bare relay": partial(_relay, ground, rates=rates, writes=False),
        "relay that writes": partial(_relay, ground, rates=aimed, writes=True),
    }
    ours, bare, writing = (await alternated(ground, min(_ROUNDS, ground.scale.rounds), runs)).values()
    return [
        _line(rate, percent, ours, "bare relay", bare, target=_AIMED_AT.get((rate, percent)))
        for rate in rates
        for percent in PERCENTILES
    ] + [
        line
        for rate in aimed
        for line in (_line(rate, 99.0, ours, "relay that writes", writing), _by_itself(rate, 99.0, ours))
    ]


def _by_itself(rate: int, percent: float, ours: Sequence[Found]) -> Line:
    name = f"{rate} calls/s, p{percent:g} by itself"
    return Line(name=name, unit="ms", figures=_ms(ours, rate, percent), better=Better.LOWER, target=_AIMED_AT_MS)


def _line(
    rate: int,
    percent: float,
    ours: Sequence[Found],
    baseline: str,
    beside: Sequence[Found],
    *,
    target: float | None = None,
) -> Line:
    return Line(
        name=f"{rate} calls/s, p{percent:g}",
        unit="ms",
        figures=_ms(ours, rate, percent),
        better=Better.LOWER,
        baseline=baseline,
        beside=_ms(beside, rate, percent),
        target=target,
    )


def _ms(rounds: Sequence[Found], rate: int, percent: float) -> tuple[float, ...]:
    return tuple(percentile(found[rate], percent) * 1000 for found in rounds)


async def _chain(ground: Ground, _round: int) -> Found:
    seconds = ground.scale.open_seconds
    async with running_chain(ground) as chain:
        await chain.play(_WARM_UP_RATE, seconds / 4, run=0)
        return {
            rate: (await chain.play(rate, seconds, run=run)).latencies
            for run, rate in enumerate(ground.scale.rates, start=1)
        }


async def _relay(ground: Ground, _round: int, *, rates: Sequence[int], writes: bool) -> Found:
    seconds = ground.scale.open_seconds
    async with opened_corner(ground, "decider", "compliance", "sender") as corner, AsyncExitStack() as opened:
        for number, (reads, says) in enumerate(pairwise([*_HOPS, None])):
            told = {"reads": reads, "says": says, "writes": writes}
            last = await opened.enter_async_context(running_baseline(corner, "relay", group=f"hop{number}", **told))
        await _fed(corner, last, _WARM_UP_RATE, seconds / 4, run=0)
        return {rate: await _fed(corner, last, rate, seconds, run=run) for run, rate in enumerate(rates, start=1)}


async def _fed(corner: Corner, last: Programs, rate: int, seconds: float, *, run: int) -> list[float]:
    begin = time.monotonic() + LEAD_SECONDS
    names = [Caller(index=index, run=run).call_sid for index in range(max(1, int(rate * seconds)))]
    intended = {name: begin + index / rate for index, name in enumerate(names)}
    file = corner.ground.folder / "feed.json"
    file.write_text(json.dumps([(moment, name) for name, moment in intended.items()]))
    topic = corner.namespace + _HOPS[0]
    told = {"kafka": corner.ground.stack.kafka, "topic": topic, "requests": str(file), "bytes": _RECORD_BYTES}
    await pressed("feed", told)
    await asyncio.sleep(_STRAGGLERS_SECONDS)
    return latencies(intended, _noted(corner, last), until=time.monotonic())


def _noted(corner: Corner, last: Programs) -> dict[str, float]:
    """What the last hop has written to its log: a line a batch."""
    (name,) = last.pids
    came: dict[str, float] = {}
    for line in (corner.ground.folder / f"{name}.log").read_text().splitlines():
        if line.startswith("{"):
            came |= json.loads(line)
    return came
