"""Signed webhooks a second through the real ingest, and through two bare apps: one produces too, one only checks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache, partial
from typing import Final

from bench.corner import Corner, opened_corner
from bench.ground import Ground, alternated
from bench.lines import Line
from bench.load.pressing import pressed, written
from bench.programs import Programs, running_baseline, running_service
from bench.samples.forms import webhooks
from bench.samples.parties import PUBLIC_URL, TOKEN, Caller, the_business
from bench.speed import Speed, compared
from local.errors import LocalStackError
from local.ports import free_ports, listening
from schemas.calls import CALLS_INGESTED

_AIMED_AT: Final = 0.8
_CONNECTIONS: Final = 32
_WARM_UP: Final = 999
_LOOK_SECONDS: Final = 0.05
_START_SECONDS: Final = 30.0

Start = Callable[[Corner], AbstractAsyncContextManager[tuple[Programs, int]]]


async def measure(ground: Ground) -> list[Line]:
    variants: dict[str, Start] = {
        "ingest": _ingest,
        "bare app that produces": partial(_bare, says=CALLS_INGESTED.name),
        "bare app that checks": partial(_bare, says=None),
    }
    async with opened_corner(ground, "ingest", holding=[the_business()]) as corner:
        runs = {name: partial(_throughput, corner, start) for name, start in variants.items()}
        found = await alternated(ground, ground.scale.rounds, runs)
    ours, producing, checking = found.values()
    return [
        *compared("ingest", "webhook", ours, producing, baseline="bare app, acks=all", target=_AIMED_AT),
        *compared("ingest", "webhook", ours, checking, baseline="bare app, no Kafka"),
    ]


@asynccontextmanager
async def _ingest(corner: Corner) -> AsyncIterator[tuple[Programs, int]]:
    (port,) = free_ports(1)
    spool = {"MISSEDCALL_SPOOL": str(corner.ground.folder / "spool"), "MISSEDCALL_SPOOL_KEY": "s" * 32}
    async with running_service(corner, "ingest", also={"MISSEDCALL_INGEST_PORT": str(port), **spool}) as programs:
        yield programs, port


@asynccontextmanager
async def _bare(corner: Corner, *, says: str | None) -> AsyncIterator[tuple[Programs, int]]:
    (port,) = free_ports(1)
    async with running_baseline(corner, "door", port=port, token=TOKEN, public_url=PUBLIC_URL, says=says) as programs:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                if await listening("127.0.0.1", port):
                    break
                await asyncio.sleep(_LOOK_SECONDS)
        yield programs, port


async def _throughput(corner: Corner, start: Start, round_: int) -> Speed:
    scale = corner.ground.scale
    async with start(corner) as (programs, port):
        await _pressed(corner, port, _requests(scale.warm_up, _WARM_UP))
        spent = programs.cpu_seconds
        rate = await _pressed(corner, port, _requests(scale.requests, round_))
        return Speed(rate=rate, cpu_us=(programs.cpu_seconds - spent) * 1e6 / scale.requests)


async def _pressed(corner: Corner, port: int, requests: tuple[bytes, ...]) -> float:
    file = written(corner.ground.folder / "requests.json", requests)
    found = await pressed("closed", {"port": port, "connections": _CONNECTIONS, "requests": file})
    if refused := {status: count for status, count in found["answers"].items() if not status.startswith("2")}:
        raise LocalStackError(f"webhooks were refused, by status: {refused}; see the logs in {corner.ground.folder}")
    seconds: float = found["seconds"]
    return len(requests) / seconds


@lru_cache(maxsize=2)
def _requests(count: int, run: int) -> tuple[bytes, ...]:
    """All webhooks of so many calls, as they follow each other in a call."""
    callers = (Caller(index=index, run=run) for index in range(count // 3 + 1))
    return tuple(letter.on_the_wire() for caller in callers for letter in webhooks(caller))[:count]
