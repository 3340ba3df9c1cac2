"""How a backfill is asked for: a run for each account is written down, ingest does them, and its progress is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from missedcall.business_book import book
from missedcall.databases import database_of
from schemas.businesses import BusinessChanged
from services.ingest import NAME
from services.ingest.backfill.runs import Run, State
from services.ingest.backfill.state import Runs

_LOOK_SECONDS: Final = 0.2


class NobodyThere(Exception):  # noqa: N818 - it says what is known
    """No connected business is meant."""


class NotBegun(Exception):  # noqa: N818
    """The runs are written down, and no ingest has taken them up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which calls: those of one account or business, or all."""

    since: datetime
    until: datetime
    account_sid: str | None
    business_id: str | None

    def means(self, business: BusinessChanged) -> bool:
        return self.account_sid in (None, business.account_sid) and self.business_id in (None, business.business_id)


async def backfilled(
    asked: Asked, environ: Mapping[str, str], *, within_seconds: float, shown: Callable[[Sequence[Run]], None]
) -> list[Run]:
    """The runs when all are over. Raises NobodyThere and NotBegun."""
    async with AsyncExitStack() as stack:
        businesses = await stack.enter_async_context(book(environ))
        accounts = sorted({b.account_sid for b in await businesses.everyone() if asked.means(b)})
        if not accounts:
            raise NobodyThere
        runs = Runs(await stack.enter_async_context(database_of(NAME, environ)))
        run_ids = [(await runs.ask(_run(asked, account), now=asked.until)).run_id for account in accounts]
        try:
            async with asyncio.timeout(within_seconds) as patience:
                return await _over(runs, run_ids, begun=lambda: patience.reschedule(None), shown=shown)
        except TimeoutError:
            raise NotBegun from None


async def _over(
    runs: Runs, run_ids: Sequence[str], *, begun: Callable[[], None], shown: Callable[[Sequence[Run]], None]
) -> list[Run]:
    while True:
        now = list((await runs.of(run_ids)).values())
        shown(now)
        if any(run.begun for run in now):
            begun()
        if all(run.state is not State.OPEN for run in now):
            return now
        await asyncio.sleep(_LOOK_SECONDS)


def _run(asked: Asked, account_sid: str) -> Run:
    return Run(
        run_id=uuid4().hex,
        account_sid=account_sid,
        business_id=asked.business_id,
        since=asked.since,
        until=asked.until,
        reached=asked.until,
    )
