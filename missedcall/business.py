"""`missedcall business`: connect a business, change it, look at it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_hex
from typing import Annotated, Final, NoReturn

import typer

from missedcall import business_options as option
from missedcall.business_book import begin, book, change
from missedcall.business_views import show_all, show_one, show_recorded
from missedcall.failing import BAD_INPUT, fail, failing_clearly
from schemas.businesses import BusinessChanged
from services.businesses.refusals import Refused
from services.businesses.rules import Wishes

app: Final = typer.Typer(no_args_is_help=True, help="Connect a business, change it, look at it.")

BusinessId = Annotated[str, typer.Argument(help="The business's id, as `business add` printed it.")]
_WITHIN_SECONDS: Final = 5.0


@app.command()
def add(
    *,
    name: option.Name,
    number: option.Numbers,
    account_sid: option.AccountSid,
    mode: option.HowConnected,
    forward_to: option.ForwardTo = None,
    ring_seconds: option.RingSeconds = None,
    template: option.Template = None,
    cooldown_minutes: option.CooldownMinutes = None,
    plan: option.Plan = None,
    within_seconds: option.WithinSeconds = _WITHIN_SECONDS,
    as_json: option.AsJson = False,
) -> None:
    """Connect a business: its trial of one calendar month begins. Prints its id."""
    wishes = Wishes(
        name=name,
        numbers=number,
        account_sid=account_sid,
        mode=mode,
        forward_to=forward_to,
        ring_seconds=ring_seconds,
        template=template,
        cooldown_minutes=cooldown_minutes,
        plan=plan,
    )
    with _refusing():
        recorded = asyncio.run(
            begin(wishes, os.environ, business_id=_new_id(), now=datetime.now(UTC), within_seconds=within_seconds)
        )
    show_recorded(recorded, as_json=as_json)


@app.command("set")
def set_(
    business_id: BusinessId,
    *,
    name: option.Name = None,
    number: option.Numbers = None,
    account_sid: option.AccountSid = None,
    mode: option.HowConnected = None,
    forward_to: option.ForwardTo = None,
    ring_seconds: option.RingSeconds = None,
    template: option.Template = None,
    cooldown_minutes: option.CooldownMinutes = None,
    plan: option.Plan = None,
    status: option.NextStatus = None,
    trial_ends: option.TrialEnds = None,
    within_seconds: option.WithinSeconds = _WITHIN_SECONDS,
    as_json: option.AsJson = False,
) -> None:
    """Change any of it; what is not given stays. Lists such as --number are replaced as a whole."""
    wishes = Wishes(
        name=name,
        numbers=number or None,
        account_sid=account_sid,
        mode=mode,
        forward_to=forward_to or None,
        ring_seconds=ring_seconds,
        template=template,
        cooldown_minutes=cooldown_minutes,
        plan=plan,
        status=status,
        trial_ends_at=trial_ends,
    )
    with _refusing():
        recorded = asyncio.run(
            change(wishes, os.environ, business_id=business_id, now=datetime.now(UTC), within_seconds=within_seconds)
        )
    show_recorded(recorded or _unknown(business_id), as_json=as_json)


@app.command()
def show(business_id: BusinessId, *, as_json: option.AsJson = False) -> None:
    """Show one business as it is now."""

    async def one() -> BusinessChanged | None:
        async with book(os.environ) as businesses:
            return await businesses.get(business_id)

    with failing_clearly():
        business = asyncio.run(one())
    show_one(business or _unknown(business_id), as_json=as_json)


@app.command("list")
def list_(*, as_json: option.AsJson = False) -> None:
    """List every business, by name."""

    async def everyone() -> list[BusinessChanged]:
        async with book(os.environ) as businesses:
            return await businesses.everyone()

    with failing_clearly():
        show_all(asyncio.run(everyone()), as_json=as_json)


@contextmanager
def _refusing() -> Iterator[None]:
    with failing_clearly():
        try:
            yield
        except Refused as refused:
            fail(str(refused), code=BAD_INPUT)


def _unknown(business_id: str) -> NoReturn:
    fail(f"there is no business {business_id}: `missedcall business list` shows all", code=BAD_INPUT)


def _new_id() -> str:
    return f"b_{token_hex(8)}"
