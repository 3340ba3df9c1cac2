"""The same stage with more and more conversations and opt-outs in MongoDB; and with more partitions and replicas."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from bench.benches.stage import STAGES, furnished, throughput
from bench.corner import Corner
from bench.ground import Ground, alternated
from bench.lines import Line
from bench.population import multiplied
from bench.programs import running_service
from bench.samples.parties import Caller
from bench.samples.records import records_for
from bench.samples.wishes import opt_out
from runtime.mongo import database_name
from schemas.consents import CONSENTS_REQUESTED

_AIMED_AT: Final = 0.8
_FIRST_CALLS: Final = 998
_DECIDER, _COMPLIANCE, _ = STAGES


async def measure(ground: Ground) -> list[Line]:
    return [*await _populations(ground), *await _replicas(ground)]


async def _populations(ground: Ground) -> list[Line]:
    """All side by side, so that they can take turns."""
    count, rounds = ground.scale.growth_records, ground.scale.growth_rounds
    start = partial(running_service, name=_COMPLIANCE.service)
    async with AsyncExitStack() as opened:
        runs = {}
        for known in ground.scale.populations:
            ground.tell(f"{known:,} conversations and opt-outs are made")
            corner = await opened.enter_async_context(furnished(ground, _COMPLIANCE))
            await _populated(corner, known)
            runs[f"{known:,} known"] = partial(throughput, corner, start, _COMPLIANCE, count=count, same_callers=True)
        found = await alternated(ground, rounds, runs)
    first, *more = found
    rates = {name: tuple(run.rate for run in speeds) for name, speeds in found.items()}
    return [
        Line(
            name=f"compliance, {name}",
            unit="records/s",
            figures=rates[name],
            baseline=first,
            beside=rates[first],
            target=_AIMED_AT,
        )
        for name in more
    ]


async def _populated(corner: Corner, known: int) -> None:
    """The callers of the measured calls are among the known, every second one has opted out."""
    count = corner.ground.scale.growth_records
    calls = records_for(_COMPLIANCE.service, count, _FIRST_CALLS)
    wishes = [opt_out(Caller(index=index)) for index in range(0, count, 2)]
    async with running_service(corner, _COMPLIANCE.service) as programs:
        await corner.fill([*calls, *wishes])
        await corner.handled(programs.group, [_COMPLIANCE.reads, CONSENTS_REQUESTED.name])
    database = database_name(_COMPLIANCE.service, namespace=corner.namespace)
    uri = corner.ground.stack.mongodb
    await asyncio.gather(*(multiplied(uri, database, name, known) for name in ("conversations", "persons")))


async def _replicas(ground: Ground) -> list[Line]:
    async with AsyncExitStack() as opened:
        runs = {}
        for number in ground.scale.replicas:
            corner = await opened.enter_async_context(furnished(ground, _DECIDER, partitions=number))
            start = partial(running_service, name=_DECIDER.service, replicas=number)
            runs[f"{number} replicas"] = partial(throughput, corner, start, _DECIDER, count=ground.scale.growth_records)
        found = await alternated(ground, ground.scale.growth_rounds, runs)
    first, *more = found
    rates = {name: tuple(run.rate for run in speeds) for name, speeds in found.items()}
    return [
        Line(name=f"decider, {name}", unit="records/s", figures=rates[name], baseline="1 replica", beside=rates[first])
        for name in more
    ]
