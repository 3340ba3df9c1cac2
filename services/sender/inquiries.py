"""Asks Twilio about texts whose fate nobody has told: one question at a time for each account."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from services.sender import metrics
from services.sender.entry import Entry
from services.sender.outbox import Outbox
from services.sender.questions import Question
from services.sender.state import Ledger
from services.sender.twilio import Unheard

log = logging.getLogger(__name__)

_EVERY_SECONDS: Final = 1.0
_AT_ONCE: Final = 200


class Inquiries:
    """A slow account delays nobody else's answers; one that does not answer is left alone for a while."""

    def __init__(
        self, question: Question, ledger: Ledger, outbox: Outbox, *, rest: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._question = question
        self._ledger = ledger
        self._outbox = outbox
        self._rest = rest
        self._clock = clock
        self._rests_until: dict[str, datetime] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled: an answer that is lost then is asked for again."""
        try:
            while True:
                await self._begin()
                await asyncio.sleep(_EVERY_SECONDS)
        finally:
            for task in self._asking.values():
                task.cancel()

    async def _begin(self) -> None:
        now = self._clock()
        self._rests_until = {account: until for account, until in self._rests_until.items() if until > now}
        closed = self._rests_until.keys() | self._asking.keys()
        first = self._question.rhythm.first
        texts = await self._ledger.waiting(
            self._question.about, now=now, after=first, limit=_AT_ONCE, not_accounts=closed
        )
        for account, own in _by_account(texts).items():
            self._asking[account] = task = asyncio.create_task(self._ask(account, own))
            task.add_done_callback(partial(self._asked, account))

    def _asked(self, account: str, _: asyncio.Task[None]) -> None:
        del self._asking[account]

    async def _ask(self, account: str, texts: Sequence[Entry]) -> None:
        """Nothing follows from a question that failed, not even that it was asked."""
        try:
            async for told in self._question.ask(account, texts):
                self._outbox.hand_over(await self._ledger.apply(told, now=self._clock()))
        except Unheard as error:
            metrics.INQUIRIES.labels(self._question.about, "unheard").inc()
            log.warning("an inquiry got no answer", extra={"action": "inquiry_unheard", "why": str(error)})
            self._rests_until[account] = self._clock() + self._rest
        except Exception:
            log.exception("an inquiry was interrupted", extra={"action": "inquiry_interrupted"})
            self._rests_until[account] = self._clock() + self._rest


def _by_account(texts: Sequence[Entry]) -> dict[str, list[Entry]]:
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entry in texts:
        grouped[entry.text.account_sid].append(entry)
    return grouped
