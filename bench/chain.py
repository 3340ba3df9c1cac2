"""The whole chain under load: every service as a process, calls at a rate, and when each was settled and texted."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.corner import Corner, opened_corner
from bench.figures import latencies
from bench.ground import Ground
from bench.load.pressing import pressed
from bench.programs import service_environment
from bench.receiver import Receiver, listening_receiver
from bench.samples.forms import webhooks
from bench.samples.parties import Caller, the_business
from local.errors import LocalStackError
from local.layout import SERVICES
from local.system import System, running_system

# For the load generator to start, sign nothing any more and be in time with the first request.
LEAD_SECONDS: Final = 2.0
# Between the webhooks of one call. The phone that rings meanwhile costs nothing, so it need not ring for long.
_GAP_SECONDS: Final = 0.5
# For one account, as who sends hundreds of texts a second through one would set it.
_POSTS_AT_ONCE: Final = 32
_STRAGGLERS_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """When each call was settled, as intended, and its text's POST began, by the caller's number; monotonic seconds."""

    settled: Mapping[str, float]
    came: Mapping[str, float]
    until: float

    @property
    def latencies(self) -> list[float]:
        return latencies(self.settled, self.came, until=self.until)

    def behind(self, seconds: float) -> float:
        """Which share of all calls had been settled for so long, and was not texted, when the last one was settled."""
        end = max(self.settled.values())
        due = [number for number, moment in self.settled.items() if moment <= end - seconds]
        return sum(self.came.get(number, self.until) > end for number in due) / len(self.settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    corner: Corner
    system: System
    twilio: Receiver

    async def play(self, rate: float, seconds: float, *, run: int, patience: float = _STRAGGLERS_SECONDS) -> Played:
        """New callers, one call each. Returns when all are texted, or nobody waits any longer."""
        calls = [Caller(index=index + run * 100_000, run=run) for index in range(max(1, int(rate * seconds)))]
        begin = time.monotonic() + LEAD_SECONDS
        timed = timetable(calls, begin=begin, rate=rate)
        file = self.corner.ground.folder / "timetable.json"
        file.write_text(json.dumps(timed))
        port = int(self.system.ingest.rpartition(":")[2])
        found = await pressed("open", {"port": port, "requests": str(file), "patience": patience})
        _all_taken(found, self.system.folder)
        settled = {call.number: begin + index / rate + _GAP_SECONDS for index, call in enumerate(calls)}
        came = await self._came(settled, within=patience)
        return Played(settled=settled, came=came, until=time.monotonic())

    async def _came(self, settled: Mapping[str, float], *, within: float) -> dict[str, float]:
        """Of these calls alone."""
        deadline = time.monotonic() + within
        while True:
            came = await self.twilio.came()
            found = {number: came[number] for number in settled if number in came}
            if len(found) == len(settled) or time.monotonic() > deadline:
                return found
            await asyncio.sleep(_LOOK_SECONDS)


def timetable(calls: list[Caller], *, begin: float, rate: float) -> list[tuple[float, str]]:
    """The webhooks of all calls, each at its moment."""
    timed = [
        (begin + index / rate + step * _GAP_SECONDS, letter.on_the_wire().decode())
        for index, call in enumerate(calls)
        for step, letter in enumerate(webhooks(call))
    ]
    return sorted(timed)


def _all_taken(found: dict[str, Any], logs: Path) -> None:
    if refused := {status: count for status, count in found["answers"].items() if not status.startswith("2")}:
        raise LocalStackError(f"webhooks were not taken, by status: {refused}; see ingest.log in {logs}")


@asynccontextmanager
async def running_chain(ground: Ground) -> AsyncIterator[Chain]:
    """All services, and the endpoint in Twilio's place. It reports nothing back: a text ends with its acceptance."""
    async with (
        listening_receiver(ground.folder) as twilio,
        opened_corner(ground, *SERVICES, holding=[the_business()]) as corner,
    ):
        own = {name: value for name, value in os.environ.items() if not name.startswith("MISSEDCALL_")}
        environ = {
            **own,
            **service_environment(corner),
            "MISSEDCALL_TWILIO_API_BASE": twilio.url,
            "MISSEDCALL_POSTS_PER_ACCOUNT": "32",
        }
        async with running_system(environ) as system:
            yield Chain(corner=corner, system=system, twilio=twilio)
