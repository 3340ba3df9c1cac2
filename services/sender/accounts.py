"""Each Twilio account by itself: how many POSTs at once, and whether it is left alone for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from services.sender import metrics
from services.sender.changes import Held


class Accounts:
    """A slow or refused account keeps its own slots busy, and nobody else's."""

    def __init__(self, *, posts_at_once: int) -> None:
        self._posts_at_once = posts_at_once
        self._in_flight: Counter[str] = Counter()
        self._rests_until: dict[str, datetime] = {}

    def closed(self, now: datetime) -> set[str]:
        """From which nothing is to be claimed now."""
        self._rests_until = {account: until for account, until in self._rests_until.items() if until > now}
        full = {account for account, count in self._in_flight.items() if count >= self._posts_at_once}
        return full | self._rests_until.keys()

    def admit(self, intents: Iterable[Held]) -> list[Held]:
        """Those for whom there is a slot; it is taken until `leave`."""
        return [held for held in intents if self._enter(held.entry.text.account_sid)]

    def leave(self, account: str) -> None:
        self._in_flight[account] -= 1
        metrics.IN_FLIGHT.labels(account).set(self._in_flight[account])
        if not self._in_flight[account]:
            del self._in_flight[account]

    def rest(self, account: str, until: datetime) -> None:
        """Leaves it alone until then; a shorter rest does not end a longer one."""
        self._rests_until[account] = max(until, self._rests_until.get(account, until))
        metrics.HALTED.labels(account).inc()

    def _enter(self, account: str) -> bool:
        if self._in_flight[account] >= self._posts_at_once:
            return False
        self._in_flight[account] += 1
        metrics.IN_FLIGHT.labels(account).set(self._in_flight[account])
        return True
