"""One claimed text: the last look, the POST, and what is known of it afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.sender import metrics
from services.sender.accounts import Accounts
from services.sender.changes import Held
from services.sender.connections import Wire
from services.sender.entry import Entry
from services.sender.errors import Answer
from services.sender.evidence import Evidence, Refused, Unsent
from services.sender.pace import Pace
from services.sender.rules import Drop, Hold, Look, Post, evidence_of, last_look
from services.sender.twilio import Messages
from services.sender.views import Views

_FIRST_RETRY: Final = timedelta(milliseconds=500)
# 2 to the power of it is beyond any cap.
_DOUBLINGS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A claimed text. `since`: when it was admitted, before its claim was written; monotonic seconds."""

    held: Held
    token: str
    since: float

    @property
    def entry(self) -> Entry:
        return self.held.entry


@dataclass(slots=True, kw_only=True)
class Gaze:
    """Looks as often as it is asked to, and remembers what it saw last."""

    look: Callable[[], Look]
    seen: Look

    def still(self) -> bool:
        """Whether it may be posted, seen anew."""
        self.seen = self.look()
        return isinstance(self.seen, Post)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Speaks to Twilio about one text at a time, and to nobody about the outcome: that is its caller's."""

    messages: Messages
    views: Views
    accounts: Accounts
    pace: Pace
    clock: Callable[[], datetime]
    uniform: Callable[[float, float], float]

    async def post(self, hand: InHand) -> Evidence:
        """Looks before it waits for a connection, and again right before the first byte: what was known is honoured."""
        first = self._look(hand)
        if not isinstance(first, Post):
            return self._withheld(hand, first)
        gaze = Gaze(look=lambda: self._look(hand), seen=first)
        answer = await self._answer(hand, Wire(still=gaze.still), validity_seconds=first.validity_seconds)
        if not isinstance(gaze.seen, Post):
            return self._withheld(hand, gaze.seen)
        self.accounts.heard(hand.entry.text.account_sid, answer, since=hand.since, at=time.monotonic())
        return evidence_of(answer, token=hand.token, now=self.clock(), wait=self._wait(hand.entry.attempts))

    def _look(self, hand: InHand) -> Look:
        # Monotonic: neither a clock set back nor a process put to sleep makes an old claim look young.
        claim_old = time.monotonic() - hand.since > (self.pace.lease - self.pace.post).total_seconds()
        return last_look(hand.entry.text, self.views.sight(hand.entry.text, now=self.clock(), claim_old=claim_old))

    async def _answer(self, hand: InHand, wire: Wire, *, validity_seconds: int) -> Answer:
        started = time.monotonic()
        answer = await self.messages.post(hand.entry.text, wire, validity_seconds=validity_seconds)
        metrics.POST_SECONDS.labels(type(answer).__name__).observe(time.monotonic() - started)
        return answer

    def _withheld(self, hand: InHand, look: Hold | Drop) -> Evidence:
        if isinstance(look, Drop):
            return Refused(token=hand.token, reason=look.reason)
        metrics.HELD_BACK.labels(look.reason).inc()
        return Unsent(token=hand.token, reason=look.reason, again_at=self.clock() + self.pace.hold)

    def _wait(self, attempts: int) -> timedelta:
        """Before this text's next try, with full jitter: what was refused together does not come back together."""
        ceiling = min(self.pace.retry_cap, _FIRST_RETRY * 2 ** min(attempts - 1, _DOUBLINGS))
        return timedelta(seconds=self.uniform(0, ceiling.total_seconds()))
