"""How a business is written down, and known to be on the topic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from missedcall.databases import database_of
from missedcall.in_effect import said_in_time
from schemas.businesses import BusinessChanged
from services.businesses import NAME
from services.businesses.rules import Wishes, begun, changed
from services.businesses.state import COLLECTION, Businesses


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`published`: the other services are told; else they will be, as soon as the businesses service runs."""

    business: BusinessChanged
    published: bool


@asynccontextmanager
async def book(environ: Mapping[str, str]) -> AsyncIterator[Businesses]:
    """Raises NotRunning where nothing says where MongoDB is."""
    async with database_of(NAME, environ) as database:
        businesses = Businesses(database[COLLECTION])
        await businesses.prepare()
        yield businesses


async def begin(
    wishes: Wishes, environ: Mapping[str, str], *, business_id: str, now: datetime, within_seconds: float
) -> Recorded:
    """Raises Refused, before anything is touched where the wishes alone show it."""
    business = begun(wishes, business_id=business_id, now=now)
    async with book(environ) as businesses:
        await businesses.begin(business, now=now)
        return await _recorded(businesses, business, within_seconds)


async def change(
    wishes: Wishes, environ: Mapping[str, str], *, business_id: str, now: datetime, within_seconds: float
) -> Recorded | None:
    """None where there is no such business. Raises Refused."""
    async with book(environ) as businesses:
        business = await businesses.change(business_id, lambda before: changed(before, wishes), now=now)
        return await _recorded(businesses, business, within_seconds) if business else None


async def _recorded(businesses: Businesses, business: BusinessChanged, within_seconds: float) -> Recorded:
    is_said = partial(businesses.journal.is_said, business.business_id)
    return Recorded(business=business, published=await said_in_time(is_said, within_seconds=within_seconds))
