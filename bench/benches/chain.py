"""The whole chain on one machine: the highest rate at which its backlog does not grow, and what a call costs whom."""

from __future__ import annotations

import asyncio
import math
from typing import Final

from bench.chain import LEAD_SECONDS, Chain, Played, running_chain
from bench.ground import Ground
from bench.lines import Better, Line
from bench.proc import cpu_seconds, servers

_AIMED_AT: Final = 300
_STEP: Final = 1.5
_NEAR_ENOUGH: Final = 1.15
# More than so many waiting for so long at the end: then it would be more and more.
_BEHIND_SECONDS: Final = 1.0
_BEHIND_SHARE: Final = 0.02
_PATIENCE_SECONDS: Final = 60.0


async def measure(ground: Ground) -> list[Line]:
    """The costs are those at the highest rate that was held, where batches are as large as they get."""
    held, failed = 0.0, math.inf
    costs: dict[str, float] = {}
    async with running_chain(ground) as chain:
        await chain.play(ground.scale.first_rate / 2, ground.scale.chain_seconds / 2, run=0)
        for run in range(1, ground.scale.chain_steps + 1):
            rate = next_rate(held, failed, first=ground.scale.first_rate)
            ground.tell(f"{rate:.0f} calls/s")
            played, spent = await _watched(chain, rate, run=run)
            if played.behind(_BEHIND_SECONDS) > _BEHIND_SHARE:
                failed = rate
            else:
                held, costs = rate, spent
            if failed / max(held, 1) < _NEAR_ENOUGH:
                break
    lines = [Line(name="highest rate held", unit="calls/s", figures=(held,), target=_AIMED_AT)]
    return lines + [
        Line(name=f"CPU of {name}", unit="ms/call", figures=(spent,), better=Better.LOWER)
        for name, spent in costs.items()
    ]


def next_rate(held: float, failed: float, *, first: float) -> float:
    """Up until one fails, down until one is held, and then what lies between."""
    if math.isinf(failed):
        return held * _STEP if held else first
    return math.sqrt(held * failed) if held else failed / 2


async def _watched(chain: Chain, rate: float, *, run: int) -> tuple[Played, dict[str, float]]:
    """With the CPU milliseconds a call that each process took."""
    pids = {**chain.system.pids, **servers()}
    seconds = chain.corner.ground.scale.chain_seconds
    playing = asyncio.create_task(chain.play(rate, seconds, run=run, patience=_PATIENCE_SECONDS))
    await asyncio.sleep(LEAD_SECONDS)
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    played = await playing
    calls = len(played.settled)
    return played, {name: (cpu_seconds(pid) - before[name]) * 1000 / calls for name, pid in pids.items()}
