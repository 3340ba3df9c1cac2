"""What stands open in the sender's ledger, and how a person's ruling gets into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from missedcall.databases import database_of
from missedcall.in_effect import said_in_time
from missedcall.running import system_environment
from services.sender.changes import Happening
from services.sender.entry import Entry, State
from services.sender.evidence import Ruled
from services.sender.settings import Settings
from services.sender.state import COLLECTION, Ledger

# As its app.py has it; to import that would bring Twilio's client with it, a quarter of a second for every command.
_SENDER: Final = "sender"
_PARK_AFTER: Final = "MISSEDCALL_PARK_AFTER_SECONDS"


class NotRuled(Exception):  # noqa: N818 - it says what happened
    """Nothing was changed: which text or message, what is wrong with it, and what to do next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`published`: the other services are told; else they will be, as soon as the sender runs."""

    entry: Entry
    published: bool


async def parked(environ: Mapping[str, str], *, now: datetime) -> Sequence[Entry]:
    """And those that are unsure past the deadline. Raises NotRunning where nothing says where MongoDB is."""
    found = system_environment(environ, needs=["MONGODB_URI"])
    async with _ledger(found) as ledger:
        return await ledger.parked(claimed_by=now - _patience(found))


async def rule(
    text_id: str, ruled: Ruled, environ: Mapping[str, str], *, now: datetime, within_seconds: float
) -> Recorded:
    """Raises NotRuled, also where other evidence comes between checks and write: the ledger has the last word."""
    async with _ledger(environ) as ledger:
        await _must_be_open(ledger, text_id, ruled.message_sid)
        await ledger.apply([Happening(text_id=text_id, evidence=ruled)], now=now)
        entry = await ledger.text(text_id)
        if entry is None or entry.ruling != ruled.ruling:
            raise NotRuled(f"other evidence came first: see `missedcall trace {text_id}`, and rule again")
        published = await said_in_time(partial(ledger.is_published, text_id), within_seconds=within_seconds)
        return Recorded(entry=entry, published=published)


@asynccontextmanager
async def _ledger(environ: Mapping[str, str]) -> AsyncIterator[Ledger]:
    async with database_of(_SENDER, environ) as database:
        yield Ledger(database[COLLECTION])


async def _must_be_open(ledger: Ledger, text_id: str, message_sid: str | None) -> None:
    entry = await ledger.text(text_id)
    if entry is None:
        raise NotRuled(f"the ledger holds no text {text_id}: `missedcall texts parked` lists those to rule on")
    if entry.state is not State.PARKED:
        raise NotRuled(
            f"{text_id} is {entry.state}, and only what is parked may be ruled on: `missedcall texts parked`"
        )
    if message_sid and (holder := await ledger.holder(message_sid)):
        raise NotRuled(f"{message_sid} is the message of text {holder}: look for another, or rule --failed")


def _patience(environ: Mapping[str, str]) -> timedelta:
    """The sender's own deadline; all else that it is told is no matter here."""
    return timedelta(seconds=float(environ.get(_PARK_AFTER) or Settings.model_fields["park_after_seconds"].default))
