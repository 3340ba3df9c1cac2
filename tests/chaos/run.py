"""One run of chaos, from its seed to its report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Final
from urllib.parse import urlsplit

from schemas.texts import TEXTS_DISPATCHED
from tests.chaos.books import all_settled, standings
from tests.chaos.crash_run import crash, everywhere
from tests.chaos.field import Field, field
from tests.chaos.fleet import Fleet
from tests.chaos.ground import Ground, ground, twilio
from tests.chaos.owed import Owed
from tests.chaos.random_kills import kill_at_random
from tests.chaos.report import Report
from tests.chaos.schedule import Wave
from tests.chaos.storm import Storm
from tests.chaos.verdict import Fate
from tests.integration.runtime.proxy import door_to

_REPLICAS: Final = ("a", "b")
_SETTLED_SECONDS: Final = 120.0
AT_RANDOM: Final = "SIGKILL at random moments"


async def run(seed: int, waves: Sequence[Wave], *, at_random: int, crash_points: bool) -> Report:
    """On a ground of its own, which is gone afterwards. Where texts are not settled in time, the report says so."""
    scheduled = [owed for wave in waves for owed in wave.texts]
    random = [Owed(number=len(scheduled) + n, row=AT_RANDOM) for n in range(1, at_random + 1)]
    async with ground() as own, twilio(own.folder) as simulated:
        async with field(own.stack, simulated, own.folder / "storm", base=simulated.url) as storms:
            # The end of this fleet is one more kill, for what the last waves have in hand.
            async with storming(own, storms) as storm:
                await storm.blow(waves)
            async with Fleet(_REPLICAS, storms.environment, storms.folder) as fleet:
                await kill_at_random(Random(seed), fleet, storms.neighbours, random)
                await all_settled(storms, [*scheduled, *random], within=_SETTLED_SECONDS)
            fates = await _fates(storms, [*scheduled, *random])
        crashes = await crash(own.stack, simulated, own.folder, where=everywhere, walks=2) if crash_points else None
    return Report(
        seed=seed,
        scheduled=fates[: len(scheduled)],
        at_random=fates[len(scheduled) :],
        killed=storm.fleet.killed + fleet.killed,
        fell=storm.fleet.fell + fleet.fell,
        crashes=crashes,
    )


@asynccontextmanager
async def storming(own: Ground, storms: Field) -> AsyncIterator[Storm]:
    """Its senders reach Twilio through a door that can be shut."""
    async with door_to(urlsplit(storms.twilio.url).netloc) as door:
        await door.open()
        environment = {**storms.environment, "MISSEDCALL_TWILIO_API_BASE": f"http://{door.address}"}
        async with Fleet(_REPLICAS, environment, storms.folder) as fleet:
            yield Storm(ground=own, field=storms, fleet=fleet, door=door)


async def _fates(storms: Field, texts: Sequence[Owed]) -> list[Fate]:
    found = await standings(storms)
    created = Counter(message["to"] for message in await storms.twilio.messages())
    said = await _said(storms)
    return [
        Fate(
            owed=owed,
            standing=found.get(owed.text_id),
            created=created[owed.recipient],
            said=frozenset(said[owed.text_id]),
        )
        for owed in texts
    ]


async def _said(storms: Field) -> dict[str, set[str]]:
    """What the world was told of each text: all of it stands in the topic by now."""
    said: dict[str, set[str]] = defaultdict(set)
    count = await storms.wire.count(TEXTS_DISPATCHED.name)
    for event in await storms.wire.heard(TEXTS_DISPATCHED, count=count):
        said[event.data.text_id].add(event.data.state.value)
    return said
