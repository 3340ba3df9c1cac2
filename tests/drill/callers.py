"""People who call, one after the other at a steady rate, each a business that they never called before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final

from missedcall.stage.known import businesses_known
from missedcall.stage.play import Stage
from missedcall.stage.scene import Business
from simulator.directory import OptOut
from simulator.faults.order import FaultOrder
from simulator.voice.script import Callee, CallScript, Outcome
from simulator.webhooks.steps import Step
from tests.drill.habits import IN_TURN, STOP, Called, Habit, Written

BUSINESSES: Final = 4
_ANSWERED_OF: Final = 6
"""One of so many calls is answered."""
_OVER_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 20.0
"""Of Twilio's time: until what somebody wrote is delivered a second time, behind what they wrote since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it went at Twilio, whatever the script had wanted.

    `voice`: seconds of each webhook that asks what to do with the call; `others`: of all the rest. All tries together.
    """

    called: Called
    missed: bool
    voice: tuple[float, ...]
    others: tuple[float, ...]


@dataclass(slots=True)
class Callers:
    """`twice`: Twilio sends everything twice, in another order."""

    stage: Stage
    twice: bool = False
    _habits: Iterator[Habit] = field(default_factory=lambda: cycle(IN_TURN))
    _pairs: Iterator[tuple[str, str]] = field(default_factory=lambda: iter(()))
    _count: int = 0

    async def connect(self) -> None:
        """Businesses with a number and a phone each, known to every service.

        Twilio itself lets through whatever is sent to somebody who wrote STOP: it must be us who do not send it.
        """
        opened = [
            await self.stage.open(Business(name=f"Acme {number}"), opt_out=OptOut.OFF) for number in range(BUSINESSES)
        ]
        await businesses_known(self.stage.metrics_urls, count=BUSINESSES, within=_OVER_SECONDS)
        people = list(self.stage.numbers)
        self._pairs = ((person, line.number) for line in opened for person in people)

    async def repeat(self, *, twice: bool) -> None:
        """From here on, of receipts too."""
        self.twice = twice
        await self.stage.twilio.clear_faults()
        if twice:
            await self.stage.twilio.order_fault(FaultOrder(name="callbacks-backwards", times=None))

    async def visit(self) -> Called:
        """Somebody calls, and writes if that is their habit; returned when it rings and all is written."""
        habit, (caller, number) = next(self._habits), next(self._pairs)
        self._count += 1
        script = self._script(caller, number, answers=self._count % _ANSWERED_OF == 0)
        wrote = [await self._write(caller, number, body) for body in habit.before]
        sid = await self.stage.twilio.call(script)
        in_time = True
        if habit is Habit.STOPS_WHILE_IT_RINGS:
            wrote.append(await self._write(caller, number, STOP))
            in_time = (await self.stage.twilio.call_state(sid)).status in {"ringing", "in-progress"}
        return Called(sid=sid, caller=caller, number=number, wrote=tuple(wrote), in_time=in_time)

    async def ended(self, calls: list[Called]) -> list[Ended]:
        """Each call, once it is over and its webhooks are delivered or given up."""
        return await asyncio.gather(*map(self._ended, calls))

    def _script(self, caller: str, number: str, *, answers: bool) -> CallScript:
        callee = Callee(outcome=Outcome.ANSWERS if answers else Outcome.NO_ANSWER, talk_seconds=5)
        return CallScript(from_=caller, to=number, callees=(callee,), duplicate=self.twice, shuffle=self.twice)

    async def _write(self, author: str, number: str, body: str) -> Written:
        twilio = self.stage.twilio
        sid = await twilio.text(author, number, body, again_after=_AGAIN_SECONDS if self.twice else None)
        state = await twilio.answered_text(sid, within=_OVER_SECONDS)
        return Written(sid=sid, body=body, taken=state.taken, seconds=state.webhooks[0].seconds)

    async def _ended(self, called: Called) -> Ended:
        state = await self.stage.twilio.finished_call(called.sid, within=_OVER_SECONDS)
        others = [webhook.seconds for webhook in state.webhooks if webhook.step is not Step.VOICE]
        return Ended(
            called=called,
            missed=not any(leg.status == "completed" for leg in state.legs),
            voice=tuple(webhook.seconds for webhook in state.webhooks if webhook.step is Step.VOICE),
            others=(*others, *(written.seconds for written in called.wrote)),
        )


async def at_a_rate(callers: Callers, calls: list[Called], *, per_second: float) -> None:
    """Until cancelled; a call whose beginning is slow delays no other."""
    clock = asyncio.get_running_loop().time
    began, number, ringing = clock(), 0, set[asyncio.Task[None]]()

    async def ring() -> None:
        calls.append(await callers.visit())

    with suppress(asyncio.CancelledError):
        while True:
            ringing.add(asyncio.create_task(ring()))
            number += 1
            await asyncio.sleep(max(0.0, began + number / per_second - clock()))
    await asyncio.gather(*ringing)
