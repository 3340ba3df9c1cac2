"""A profile of each process under load, kept as text in bench/profiles: where the time goes, not how much there is."""

from __future__ import annotations

import asyncio
from typing import Final

from bench.chain import LEAD_SECONDS, Chain, running_chain
from bench.ground import Ground
from bench.lines import Line
from bench.profiling import page, samples_in, samples_of

_RATE: Final = 100


async def measure(ground: Ground) -> list[Line]:
    """One process after the other: looking into all of them at once would be what is seen."""
    rate = min(_RATE, max(ground.scale.rates))
    pages = ground.keep / "profiles"
    pages.mkdir(exist_ok=True)
    lines = []
    async with running_chain(ground) as chain:
        for run, name in enumerate(chain.system.pids):
            ground.tell(f"{name}, {rate} calls/s")
            samples = await _under_load(chain, name, rate, run=run)
            (pages / f"{name}.txt").write_text(page(name, samples))
            lines.append(Line(name=name, unit="samples", figures=(float(samples_in(samples)),)))
    return lines


async def _under_load(chain: Chain, name: str, rate: int, *, run: int) -> str:
    ground = chain.corner.ground
    seconds = ground.scale.profile_seconds
    load = asyncio.create_task(chain.play(rate, seconds + 1, run=run))
    await asyncio.sleep(LEAD_SECONDS + 0.5)
    samples = await samples_of(chain.system.pids[name], seconds, ground.folder / f"{name}.stacks")
    await load
    return samples
