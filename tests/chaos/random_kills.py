"""Kills that keep to no step: any replica, at any moment, for as long as texts are being sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from random import Random
from typing import Final

from tests.chaos.fleet import Fleet
from tests.chaos.neighbours import Neighbours
from tests.chaos.owed import Owed

_BETWEEN_KILLS_SECONDS: Final = (1.0, 3.0)
_BETWEEN_TEXTS_SECONDS: Final = 0.02


async def kill_at_random(random: Random, fleet: Fleet, neighbours: Neighbours, texts: Iterable[Owed]) -> None:
    killing = asyncio.create_task(_kill_on(random, fleet))
    for owed in texts:
        await neighbours.permit(owed)
        await asyncio.sleep(_BETWEEN_TEXTS_SECONDS)
    killing.cancel()
    await asyncio.wait([killing])


async def _kill_on(random: Random, fleet: Fleet) -> None:
    while True:
        await asyncio.sleep(random.uniform(*_BETWEEN_KILLS_SECONDS))
        fleet.kill(random.choice(fleet.names))
