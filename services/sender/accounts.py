"""All Twilio accounts, each by itself: a slow or refused one keeps its own slots busy, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

from services.sender import metrics
from services.sender.account import Account
from services.sender.breaker import Tolerance
from services.sender.errors import Answer
from services.sender.level import Level


class Accounts:
    """Times are monotonic seconds: a clock that is set back leaves nobody alone for longer."""

    def __init__(self, *, posts_at_once: int, halt: timedelta, bears: Tolerance) -> None:
        self._posts_at_once = posts_at_once
        self._halt = halt.total_seconds()
        self._bears = bears
        self._known: dict[str, Account] = {}

    def closed(self, at: float) -> set[str]:
        """From which nothing is to be claimed now."""
        return {name for name, account in self._known.items() if account.closed(at)}

    def admit(self, name: str, at: float) -> bool:
        """Whether there is a slot; it is then taken until `leave`."""
        account = self._account(name)
        if account.closed(at):
            return False
        self._keep(name, account.admitted(at))
        return True

    def heard(self, name: str, answer: Answer, *, since: float, at: float) -> None:
        """What a POST of a text that was admitted then came to."""
        before = self._account(name)
        after = before.heard(answer, since=since, at=at, halt=self._halt, bears=self._bears)
        self._shut(name, before, after)

    def delivered(self, name: str, code: int | None, *, at: float) -> None:
        """What a status callback said: a cap or a suspension may show only when Twilio comes to deliver."""
        before = self._account(name)
        if (after := before.refused(code, at=at, halt=self._halt)) != before:
            self._shut(name, before, after)

    def leave(self, name: str, *, since: float) -> None:
        """A text that was admitted then is out of hand, whatever became of it."""
        self._keep(name, self._account(name).left(since))

    def _shut(self, name: str, before: Account, after: Account) -> None:
        """Keeps it, and counts where it is left alone for longer than before."""
        if after.breaker.why and after.breaker.until > before.breaker.until:
            metrics.HALTED.labels(name, after.breaker.why).inc()
        self._keep(name, after)

    def _account(self, name: str) -> Account:
        return self._known.get(name) or Account(level=Level.at_its_ceiling(self._posts_at_once))

    def _keep(self, name: str, account: Account) -> None:
        self._known[name] = account
        metrics.IN_FLIGHT.labels(name).set(account.in_flight)
        metrics.AT_ONCE.labels(name).set(account.level.at_once)
