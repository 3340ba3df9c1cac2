"""One claimed text: the last look, the POST, and what is known of it afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.sender import metrics
from services.sender.accounts import Accounts
from services.sender.errors import Answer, Class, Created, meaning_of
from services.sender.ledger import Entry, Evidence, Refused, Unsent
from services.sender.pace import Pace
from services.sender.rules import Drop, Hold, Post, evidence_of, last_look, rest_asked_for
from services.sender.twilio import Messages
from services.sender.views import Views

_FIRST_RETRY: Final = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A claimed text. `since`: before its claim was written, in this process's monotonic seconds."""

    entry: Entry
    token: str
    since: float


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
        """Between the look and the POST nothing is awaited: what was known when it began was honoured."""
        now = self.clock()
        # Monotonic: neither a clock set back nor a process put to sleep makes an old claim look young.
        claim_old = time.monotonic() - hand.since > (self.pace.lease - self.pace.post).total_seconds()
        match last_look(hand.entry.text, self.views.sight(hand.entry.text, now=now, claim_old=claim_old)):
            case Drop(reason=reason):
                return Refused(token=hand.token, reason=reason)
            case Hold(reason=reason):
                metrics.HELD_BACK.labels(reason).inc()
                return Unsent(token=hand.token, reason=reason, again_at=now + self.pace.hold)
            case Post(validity_seconds=validity):
                return await self._posted(hand, validity)

    async def _posted(self, hand: InHand, validity_seconds: int) -> Evidence:
        started = time.monotonic()
        answer = await self.messages.post(hand.entry.text, validity_seconds=validity_seconds)
        metrics.POST_SECONDS.labels(type(answer).__name__).observe(time.monotonic() - started)
        wait = self._wait(answer, hand.entry)
        return evidence_of(answer, token=hand.token, now=self.clock(), wait=wait)

    def _wait(self, answer: Answer, entry: Entry) -> timedelta:
        """Before this text's next try. The whole account rests where Twilio refuses it, or asks for patience."""
        rest = rest_asked_for(answer)
        if not isinstance(answer, Created) and meaning_of(answer).of is Class.HALT:
            rest = max(rest, self.pace.halt)
        if rest:
            self.accounts.rest(entry.text.account_sid, self.clock() + rest)
        ceiling = min(self.pace.retry_cap, _FIRST_RETRY * 2 ** min(entry.attempts - 1, 16))
        return max(rest, timedelta(seconds=self.uniform(0, ceiling.total_seconds())))
