"""What happens on a game day: each trouble is made, lasts, and is over when its function returns."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from local.layout import SERVICES, service_of
from tests.drill.ground import ROOMY, Ground
from tests.drill.nodes import Node
from tests.drill.skewed import AHEAD, BEHIND, RIGHT

_DOWN_SECONDS: Final = 5.0
"""That one server stays away, of several."""
_STANDS_SECONDS: Final = (0.3, 1.5)
"""That a primary is let alone before it steps down."""
_STEP_DOWNS: Final = 5
_OFF_SECONDS: Final = 10.0
_FILLED_BYTES: Final = 20_000
"""A quota that some seconds of calls fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`twice`: Twilio sends everything twice meanwhile, in another order. `spool_bytes`: a quota of its own."""

    name: str
    make: Callable[[Ground, Random], Awaitable[None]]
    twice: bool = False
    spool_bytes: int = ROOMY


async def nothing(_ground: Ground, _random: Random, *, seconds: float) -> None:
    await asyncio.sleep(seconds)


async def kill_service(ground: Ground, random: Random, *, service: str) -> None:
    """One of its replicas; whoever keeps them starts it again."""
    name = random.choice([name for name in ground.system.ops if service_of(name) == service])
    ground.system.processes.kill(name)
    await asyncio.sleep(_DOWN_SECONDS)


async def kill_brokers(ground: Ground, random: Random, *, count: int) -> None:
    """One after the other: with the second, no record has two copies any more, and none is confirmed."""
    nodes = random.sample(ground.kafka.nodes, k=count)
    for node in nodes:
        await node.kill()
        await asyncio.sleep(_DOWN_SECONDS)
    await asyncio.gather(*(node.start() for node in nodes))


async def kill_primary(ground: Ground, _random: Random) -> None:
    await _away([await ground.mongo.primary()], seconds=_DOWN_SECONDS)


async def step_down(ground: Ground, random: Random, *, times: int) -> None:
    """Again and again, after pauses of chance: some of them in the middle of a batch."""
    for _ in range(times):
        await ground.mongo.ready()
        await asyncio.sleep(random.uniform(*_STANDS_SECONDS))
        await ground.mongo.step_down()


async def all_of_kafka(ground: Ground, _random: Random, *, seconds: float) -> None:
    await _away(ground.kafka.nodes, seconds=seconds)


async def all_of_mongodb(ground: Ground, _random: Random, *, seconds: float) -> None:
    await _away(ground.mongo.nodes, seconds=seconds)


async def rolling_restart(ground: Ground, _random: Random) -> None:
    """Each process stopped well and started again, as a deploy would, the next one when it is ready."""
    for name in ground.system.ops:
        await ground.system.processes.restart(name)
        await ground.whole()


async def clock_off(ground: Ground, random: Random, *, direction: signal.Signals, seconds: float) -> None:
    """One replica of each service, all of them on one machine whose clock is wrong."""
    number = random.choice(("", "-2"))
    names = [name for name in ground.system.ops if name.removeprefix(service_of(name)) == number]
    for name in names:
        ground.system.processes.kill(name, direction)
    await asyncio.sleep(seconds)
    for name in names:
        ground.system.processes.kill(name, RIGHT)


async def _away(nodes: Sequence[Node], *, seconds: float) -> None:
    await asyncio.gather(*(node.kill() for node in nodes))
    await asyncio.sleep(seconds)
    await asyncio.gather(*(node.start() for node in nodes))


def whole(*, outage: float) -> list[Trouble]:
    """`outage`: seconds that all of Kafka and all of MongoDB are away."""
    return [
        Trouble(name="nothing", make=partial(nothing, seconds=_DOWN_SECONDS)),
        *(Trouble(name=f"{name} killed", make=partial(kill_service, service=name)) for name in SERVICES),
        Trouble(name="one broker of three killed", make=partial(kill_brokers, count=1)),
        Trouble(name="two brokers of three killed", make=partial(kill_brokers, count=2)),
        Trouble(name="MongoDB's primary killed", make=kill_primary),
        Trouble(name="MongoDB's primary steps down", make=partial(step_down, times=_STEP_DOWNS)),
        Trouble(name=f"all of Kafka away for {outage:.0f} s", make=partial(all_of_kafka, seconds=outage)),
        Trouble(name=f"all of MongoDB away for {outage:.0f} s", make=partial(all_of_mongodb, seconds=outage)),
        Trouble(
            name="Kafka away, the spool full",
            make=partial(all_of_kafka, seconds=2 * _DOWN_SECONDS),
            spool_bytes=_FILLED_BYTES,
        ),
        Trouble(name="rolling restart", make=rolling_restart),
        Trouble(name="a clock 90 s ahead", make=partial(clock_off, direction=AHEAD, seconds=_OFF_SECONDS)),
        Trouble(name="a clock 90 s behind", make=partial(clock_off, direction=BEHIND, seconds=_OFF_SECONDS)),
        Trouble(name="everything twice and shuffled", make=partial(nothing, seconds=_DOWN_SECONDS), twice=True),
    ]


def short(random: Random) -> list[Trouble]:
    """A service, a broker and a primary."""
    return [
        Trouble(name=f"{(one := random.choice(SERVICES))} killed", make=partial(kill_service, service=one)),
        Trouble(name="one broker of three killed", make=partial(kill_brokers, count=1)),
        Trouble(name="MongoDB's primary killed", make=kill_primary),
    ]


def named(troubles: Iterable[Trouble], names: Sequence[str]) -> list[Trouble]:
    """Those whose names begin so; all where none are given. Raises ValueError for a name that is nobody's."""
    found = list(troubles)
    for name in names:
        if not any(trouble.name.startswith(name) for trouble in found):
            raise ValueError(f"no trouble is called {name!r}: there are {', '.join(t.name for t in found)}")
    return [trouble for trouble in found if not names or any(trouble.name.startswith(name) for name in names)]


def by_quota(troubles: Iterable[Trouble]) -> Mapping[int, Sequence[Trouble]]:
    """A ground has one."""
    grouped: dict[int, list[Trouble]] = defaultdict(list)
    for trouble in troubles:
        grouped[trouble.spool_bytes].append(trouble)
    return grouped
