"""How a pause is written down, ended and looked up, and known to be on the topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from missedcall.databases import database_of
from missedcall.in_effect import said_in_time
from schemas.controls import ControlChanged, ControlScope
from services.businesses import NAME, state
from services.businesses import controls as taps
from services.businesses.controls import Controls
from services.businesses.refusals import Refused
from services.businesses.state import Businesses
from services.businesses.taps import Order, Tap, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """How a tap stands now; without `control` it was never turned. `others`: the pauses that stand besides it."""

    control: ControlChanged | None
    published: bool
    others: int


async def turn(tap: Tap, order: Order, environ: Mapping[str, str], *, now: datetime, within_seconds: float) -> Turned:
    """Raises Refused where nothing goes by that name, NotRunning where nothing says where MongoDB is."""
    check(tap)
    async with database_of(NAME, environ) as database:
        controls = Controls(database[taps.COLLECTION])
        if await controls.get(tap) is None:
            await _must_be_known(tap, Businesses(database[state.COLLECTION]))
        control = await controls.turn(tap, order, now=now)
        said = await said_in_time(partial(controls.journal.is_said, tap.key), within_seconds=within_seconds)
        others = [other for other in await controls.standing() if other != control]
        return Turned(control=control, published=said, others=len(others))


async def standing(environ: Mapping[str, str]) -> Sequence[ControlChanged]:
    async with database_of(NAME, environ) as database:
        return await Controls(database[taps.COLLECTION]).standing()


async def _must_be_known(tap: Tap, businesses: Businesses) -> None:
    """A pause of nobody would leave somebody believing that texting is paused."""
    match tap.scope:
        case ControlScope.BUSINESS if await businesses.get(tap.name) is None:
            raise Refused("--business", "there is none of this id", "`missedcall business list` shows all")
        case ControlScope.ACCOUNT if tap.name not in await businesses.accounts():
            raise Refused("--account", "no business is connected through it", "`missedcall business list` shows all")
