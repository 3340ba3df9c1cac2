"""Records a second through one stage: the service itself, a raw loop that does the same by hand, and that loop without
MongoDB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.corner import Corner, opened_corner
from bench.ground import Ground, alternated
from bench.lines import Line
from bench.programs import Programs, running_baseline, running_service
from bench.samples.parties import texting, the_business
from bench.samples.records import records_for
from bench.speed import Speed, Watch, compared
from runtime.events import Outgoing
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED
from schemas.controls import Texting
from schemas.texts import TEXTS_SCREENED

_AIMED_AT: Final = 0.8
# Runs are numbered; the one that warms up has a number that no round has.
_WARM_UP: Final = 999

Start = Callable[[Corner], AbstractAsyncContextManager[Programs]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a service reads, what it says of each record, and whether it looks a document up before it writes it."""

    name: str
    service: str
    reads: str
    says: str | None
    finds: bool = True


STAGES: Final = (
    Stage(name="decider", service="decider", reads=CALLS_INGESTED.name, says=CALLS_DECIDED.name),
    Stage(name="compliance", service="compliance", reads=CALLS_DECIDED.name, says=TEXTS_SCREENED.name),
    # It says nothing: what becomes of its texts is the dispatcher's to tell, who is paused meanwhile.
    Stage(name="sender's intake", service="sender", reads=TEXTS_SCREENED.name, says=None, finds=False),
)


async def measure(ground: Ground) -> list[Line]:
    lines: list[Line] = []
    for stage in STAGES:
        lines += await _measure(ground, stage)
    return lines


async def _measure(ground: Ground, stage: Stage) -> list[Line]:
    variants: dict[str, Start] = {
        stage.name: partial(running_service, name=stage.service),
        "raw loop": partial(by_hand, stage=stage, stores=True),
        "raw loop, no MongoDB": partial(by_hand, stage=stage, stores=False),
    }
    async with AsyncExitStack() as opened:
        runs = {}
        for name, start in variants.items():
            corner = await opened.enter_async_context(furnished(ground, stage))
            runs[name] = partial(throughput, corner, start, stage, count=ground.scale.records)
        found = await alternated(ground, ground.scale.rounds, runs)
    ours, raw, stateless = found.values()
    return [
        *compared(stage.name, "record", ours, raw, baseline="raw loop", target=_AIMED_AT),
        *compared(stage.name, "record", ours, stateless, baseline="no MongoDB"),
    ]


def by_hand(corner: Corner, *, stage: Stage, stores: bool) -> AbstractAsyncContextManager[Programs]:
    return running_baseline(corner, "stage", reads=stage.reads, says=stage.says, stores=stores, finds=stage.finds)


def furnished(ground: Ground, stage: Stage, *, partitions: int | None = None) -> AbstractAsyncContextManager[Corner]:
    return opened_corner(ground, stage.service, partitions=partitions, holding=[the_business(), *_paused(stage)])


def _paused(stage: Stage) -> Sequence[Outgoing]:
    return [texting(Texting.PAUSED, version=1)] if stage.service == "sender" else []


async def throughput(
    corner: Corner, start: Start, stage: Stage, round_: int, *, count: int, same_callers: bool = False
) -> Speed:
    """From the moment that a warm process may begin until its group has committed the last.

    Callers are new in each round, as most are, unless it is said.
    """
    records = records_for(stage.service, count, round_, first=0 if same_callers else count * (round_ + 1))
    async with start(corner) as programs:
        await corner.fill(records_for(stage.service, corner.ground.scale.warm_up, _WARM_UP + round_))
        await corner.handled(programs.group, [stage.reads])
        with programs.asleep():
            await corner.fill(records)
            watch = Watch.started(programs)
        await corner.handled(programs.group, [stage.reads])
        return watch.stopped(count)
