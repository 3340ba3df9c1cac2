"""Between this Twilio and the postman: faults that lose or repeat webhooks, and the book of failures."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from simulator.clock import Clock, rfc2822
from simulator.faults.book import FaultBook
from simulator.webhooks.letters import Letter, Receipt, lost
from simulator.webhooks.postman import Postman

_FAILURES_KEPT = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    at: str | None
    sid: str
    receipt: Receipt

    def described(self) -> dict[str, Any]:
        return {"at": self.at, "sid": self.sid, **self.receipt.described()}


class Courier:
    def __init__(self, postman: Postman, faults: FaultBook, clock: Clock) -> None:
        self._postman = postman
        self._faults = faults
        self._clock = clock
        self.failures: deque[Failure] = deque(maxlen=_FAILURES_KEPT)
        self.delivered = 0

    async def deliver(self, letter: Letter, *, copies: int = 1) -> list[Receipt]:
        """Deliver as often as asked and as the faults allow, copies at once; the first receipt is the one obeyed."""
        copies *= self._faults.webhook_copies(letter)
        if copies == 0:
            return [lost(letter)]
        receipts = await asyncio.gather(*(self._postman.deliver(letter) for _ in range(copies)))
        self.delivered += copies
        for receipt in receipts:
            self._book(letter, receipt)
        return receipts

    def _book(self, letter: Letter, receipt: Receipt) -> None:
        if receipt.ok:
            return
        sid = letter.params.get("CallSid") or letter.params.get("MessageSid", "")
        at = rfc2822(self._clock.now())
        self.failures.append(Failure(at=at, sid=sid, receipt=replace(receipt, body="")))
