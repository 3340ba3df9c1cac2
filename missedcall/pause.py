"""`missedcall pause`, `resume` and `paused`: the operator's hand on the tap."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from missedcall.because import Because, checked
from missedcall.failing import BAD_INPUT, fail, failing_clearly
from missedcall.pause_book import standing, turn
from missedcall.pause_views import show_paused, show_turned
from schemas.controls import ControlScope, Texting
from services.businesses.refusals import Refused
from services.businesses.taps import Order, Tap

Everywhere = Annotated[bool, typer.Option("--everywhere", help="All texts of everybody.")]
Account = Annotated[str | None, typer.Option("--account", help="Those of one Twilio account: AC...")]
Business = Annotated[str | None, typer.Option("--business", help="Those of one business, by its id.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")]
WithinSeconds = Annotated[float, typer.Option("--within-seconds", help="How long to wait until it takes effect.")]
_WITHIN_SECONDS: Final = 5.0


def pause(
    *,
    because: Because,
    everywhere: Everywhere = False,
    account: Account = None,
    business: Business = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Do everything but the sending; nothing waits.")] = False,
    within_seconds: WithinSeconds = _WITHIN_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Send no more texts, everywhere, of an account or of a business; those that stay valid wait."""
    order = Order(texting=Texting.SHADOW if shadow else Texting.PAUSED, why=because)
    _turn(_tap(everywhere, account, business), order, within_seconds=within_seconds, as_json=as_json)


def resume(
    *,
    everywhere: Everywhere = False,
    account: Account = None,
    business: Business = None,
    because: Annotated[str, typer.Option("--because", callback=checked, help="Why, if there is more to say.")] = "over",
    within_seconds: WithinSeconds = _WITHIN_SECONDS,
    as_json: AsJson = False,
) -> None:
    """End a pause or shadow mode; what is still valid is sent."""
    order = Order(texting=Texting.ON, why=because)
    _turn(_tap(everywhere, account, business), order, within_seconds=within_seconds, as_json=as_json)


def paused(*, as_json: AsJson = False) -> None:
    """List the pauses that stand, since when and why."""
    with failing_clearly():
        show_paused(asyncio.run(standing(os.environ)), as_json=as_json)


def _tap(everywhere: bool, account: str | None, business: str | None) -> Tap:  # noqa: FBT001 - as they were typed
    given = [
        *([Tap(scope=ControlScope.EVERYWHERE)] if everywhere else []),
        *([Tap(scope=ControlScope.ACCOUNT, name=account)] if account is not None else []),
        *([Tap(scope=ControlScope.BUSINESS, name=business)] if business is not None else []),
    ]
    if len(given) != 1:
        fail("which texts? give one of --everywhere, --account and --business", code=BAD_INPUT)
    return given[0]


def _turn(tap: Tap, order: Order, *, within_seconds: float, as_json: bool) -> None:
    with failing_clearly():
        try:
            turned = asyncio.run(turn(tap, order, os.environ, now=datetime.now(UTC), within_seconds=within_seconds))
        except Refused as refused:
            fail(str(refused), code=BAD_INPUT)
    show_turned(turned, as_json=as_json)
