"""Carries a schedule out: makes the trouble while the texts of its wave are being sent."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.chaos.faults import BEHAVIOURS
from tests.chaos.field import LEASE_SECONDS, Field
from tests.chaos.fleet import Fleet
from tests.chaos.ground import Ground
from tests.chaos.owed import Owed
from tests.chaos.schedule import Kind, Trouble, Wave
from tests.integration.runtime.ground import frozen
from tests.integration.runtime.proxy import Door
from tests.waiting import until

_CUT_SECONDS: Final = 2.0
# Longer than a request to them may take: so that requests fail, and are not only slow.
_MONGODB_CUT_SECONDS: Final = 7.0
_KAFKA_CUT_SECONDS: Final = 12.0
_PAST_THE_LEASE_SECONDS: Final = 1.2 * LEASE_SECONDS
_SPRUNG_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """`door`: to Twilio, for the senders alone."""

    ground: Ground
    field: Field
    fleet: Fleet
    door: Door

    async def blow(self, waves: Sequence[Wave]) -> None:
        """Raises TimeoutError, naming the trouble, where no sender came by its place."""
        for wave in waves:
            try:
                await self._wave(wave)
            except TimeoutError as error:
                raise TimeoutError(f"{wave.trouble.name}: it could not be made") from error

    async def _wave(self, wave: Wave) -> None:
        for owed in wave.texts:
            await self._behave(owed)
        if wave.trouble.kind is Kind.CUT:
            await self._cut_off(wave)
        else:
            await self._trap(wave)

    async def _behave(self, owed: Owed) -> None:
        """Ordered before the text is, so that its first POST meets it."""
        if behaviour := BEHAVIOURS.get(owed.row):
            for order in behaviour.towards(owed.recipient):
                await self.field.twilio.order_fault(order)

    async def _permit(self, texts: Iterable[Owed]) -> None:
        for owed in texts:
            await self.field.neighbours.permit(owed)

    async def _trap(self, wave: Wave) -> None:
        place, kills = wave.trouble.where, wave.trouble.kind is Kind.KILL
        self.field.traps.set(place, signal.SIGKILL if kills else signal.SIGSTOP)
        await self._permit(wave.texts)
        await until(lambda: not self.field.traps.standing(place), within=_SPRUNG_SECONDS)
        if not kills:
            await self._sleep(wave.trouble)

    async def _sleep(self, trouble: Trouble) -> None:
        """Whoever sleeps is in the middle of a text, and goes on with it when it wakes."""
        await until(lambda: bool(self.fleet.sleepers()), within=_SPRUNG_SECONDS)
        past = asyncio.create_task(asyncio.sleep(_PAST_THE_LEASE_SECONDS))
        if trouble.kind is Kind.TWIN:
            await self.fleet.twin(self.fleet.sleepers()[0])
            await self.fleet.ready()
        await past
        self.fleet.wake()

    async def _cut_off(self, wave: Wave) -> None:
        match wave.trouble.where:
            case "MongoDB":
                with frozen(self.ground.mongod_pid):
                    await self._permit(wave.texts)
                    await asyncio.sleep(_MONGODB_CUT_SECONDS)
            case "Kafka":
                await self._permit(wave.texts)
                with frozen(self.ground.kafka_pid):
                    await asyncio.sleep(_KAFKA_CUT_SECONDS)
            case _:
                await self.door.shut()
                await self._permit(wave.texts)
                await asyncio.sleep(_CUT_SECONDS)
                await self.door.open()
