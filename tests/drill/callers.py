"""People who call, one after the other at a steady rate, each a business that they never called before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from missedcall.business_book import begin
from missedcall.stage.known import businesses_known
from missedcall.stage.play import Stage
from schemas.businesses import Mode
from services.businesses.rules import Wishes
from simulator.directory import Number
from simulator.voice.script import Callee, CallScript, Outcome

BUSINESSES: Final = 4
_ANSWERED_OF: Final = 6
"""One of so many calls is answered."""
_OVER_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """`number`: of the business."""

    sid: str
    caller: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it went at Twilio, whatever the script had wanted. `worst`: seconds of the slowest webhook, all tries."""

    called: Called
    missed: bool
    worst: float


@dataclass(slots=True)
class Callers:
    stage: Stage
    businesses: list[str] = field(default_factory=list)
    _pairs: Iterator[tuple[str, str]] = field(default_factory=lambda: iter(()))
    _count: int = 0

    async def connect(self) -> None:
        """Businesses with a number and a phone each, known to every service."""
        for number in range(BUSINESSES):
            self.businesses.append(await self._begun(f"Acme {number}"))
        await businesses_known(self.stage.metrics_urls, count=BUSINESSES, within=_OVER_SECONDS)
        people = list(self.stage.numbers)
        self._pairs = ((person, business) for business in self.businesses for person in people)

    async def call(self, *, twice: bool = False) -> Called:
        """Somebody calls; returned as soon as it rings."""
        caller, number = next(self._pairs)
        self._count += 1
        answers = self._count % _ANSWERED_OF == 0
        callee = Callee(outcome=Outcome.ANSWERS if answers else Outcome.NO_ANSWER, talk_seconds=5)
        script = CallScript(from_=caller, to=number, callees=(callee,), duplicate=twice, shuffle=twice)
        return Called(sid=await self.stage.twilio.call(script), caller=caller, number=number)

    async def ended(self, calls: list[Called]) -> list[Ended]:
        """Each call, once it is over and its webhooks are delivered or given up."""
        return await asyncio.gather(*map(self._ended, calls))

    async def _ended(self, called: Called) -> Ended:
        state = await self.stage.twilio.finished_call(called.sid, within=_OVER_SECONDS)
        return Ended(
            called=called,
            missed=not any(leg.status == "completed" for leg in state.legs),
            worst=max((webhook.seconds for webhook in state.webhooks), default=0.0),
        )

    async def _begun(self, name: str) -> str:
        number, phone = next(self.stage.numbers), next(self.stage.numbers)
        url = f"{self.stage.public_url}/twilio"
        retried = "#rc=3&rp=ct,rt,5xx"
        await self.stage.twilio.put_number(
            number,
            Number(
                account_sid=self.stage.account_sid,
                voice_url=f"{url}/voice{retried}",
                sms_url=f"{url}/message{retried}",
                status_callback_url=f"{url}/call-status{retried}",
            ),
        )
        wishes = Wishes(
            name=name, numbers=(number,), account_sid=self.stage.account_sid, mode=Mode.FORWARD, forward_to=(phone,)
        )
        business_id = f"b_{name.replace(' ', '_').lower()}"
        await begin(wishes, self.stage.environ, business_id=business_id, now=datetime.now(UTC), within_seconds=30)
        return number


async def at_a_rate(callers: Callers, calls: list[Called], *, per_second: float, twice: bool = False) -> None:
    """Until cancelled; a call whose beginning is slow delays no other."""
    clock = asyncio.get_running_loop().time
    began, number, ringing = clock(), 0, set[asyncio.Task[None]]()

    async def ring() -> None:
        calls.append(await callers.call(twice=twice))

    with suppress(asyncio.CancelledError):
        while True:
            ringing.add(asyncio.create_task(ring()))
            number += 1
            await asyncio.sleep(max(0.0, began + number / per_second - clock()))
    await asyncio.gather(*ringing)
