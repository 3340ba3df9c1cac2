"""Claims intents from the ledger, as many as each account has room for, and sees each to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from math import inf
from typing import Final

from schemas.controls import ControlScope
from schemas.reasons import Reason
from services.sender.accounts import Accounts
from services.sender.bell import Bell
from services.sender.changes import Happening, Held
from services.sender.entry import Claim
from services.sender.evidence import Unsent
from services.sender.hands import Hands
from services.sender.pace import Pace
from services.sender.posting import InHand, Poster
from services.sender.recorder import Recorder
from services.sender.seen import Seen
from services.sender.state import Ledger
from services.sender.views import Views

_ASKED_FOR: Final = 100


class Dispatcher:
    """The ledger is the queue. Only what can be posted at once is claimed: a death strands no more than that."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        views: Views,
        accounts: Accounts,
        poster: Poster,
        hands: Hands,
        recorder: Recorder,
        pace: Pace,
        clock: Callable[[], datetime],
        new_token: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._accounts = accounts
        self._poster = poster
        self._hands = hands
        self._recorder = recorder
        self._pace = pace
        self._clock = clock
        self._new_token = new_token
        self._bell = Bell()
        self._seen = Seen()
        self._more = self._wanting = False
        self._asked_at = -inf

    def offer(self, opened: Sequence[Held]) -> None:
        """Intents that were just written into the ledger: they need not be looked for there."""
        self._more |= not self._seen.add(opened)
        self._bell.ring()

    async def run(self) -> None:
        """Until cancelled: then nothing more is claimed. What is in hand is seen to its end by the hands."""
        while True:
            if not await self._round():
                await self._bell.heard(within=self._pace.poll.total_seconds())

    async def _round(self) -> int:
        """Takes in hand what is due, as far as there is room; how many texts that were.

        The ledger is asked where there is more in it than was seen, not for each slot that is left; and now and then,
        for what others wrote and for what had to wait.
        """
        since = time.monotonic()
        if self._views.blind or self._views.paused(ControlScope.EVERYWHERE):
            return 0
        overdue = since - self._asked_at >= self._pace.poll.total_seconds()
        if overdue or (self._more and self._wanting):
            self._asked_at = since
            await self._ask()
        intents = self._admitted(since := time.monotonic())
        if intents:
            # By the hands: whoever stops this loop does not stop a claim halfway.
            self._hands.take(self._claim(intents, since))
        return len(intents)

    def _admitted(self, since: float) -> list[Held]:
        """What was seen due some moments ago may be somebody else's by now: then it cannot be claimed."""
        accounts, businesses = self._views.paused(ControlScope.ACCOUNT), self._views.paused(ControlScope.BUSINESS)
        if accounts or businesses:
            self._seen.drop(
                lambda held: held.entry.text.account_sid in accounts or held.entry.text.business_id in businesses
            )
        return self._seen.take(lambda account: self._accounts.admit(account, since))

    async def _ask(self) -> None:
        """For what is due; not from whom is full, resting or paused."""
        found = await self._ledger.due(
            now=self._clock(),
            limit=_ASKED_FOR,
            not_accounts=self._accounts.closed(time.monotonic()) | self._views.paused(ControlScope.ACCOUNT),
            not_businesses=self._views.paused(ControlScope.BUSINESS),
        )
        room = self._seen.add(found)
        self._more, self._wanting = len(found) == _ASKED_FOR or not room, False

    async def _claim(self, intents: Sequence[Held], since: float) -> None:
        """Begins to post those that are ours alone."""
        now = self._clock()
        claim = Claim(token=self._new_token(), until=now + self._pace.lease)
        try:
            won = {held.text_id: held for held in await self._ledger.claim(intents, claim, now=now)}
        except Exception:
            self._give_back(intents, claim, since)
            raise
        finally:
            self._seen.forget(intents)
        for intent in intents:
            if held := won.get(intent.text_id):
                self._hands.take(self._carry(InHand(held=held, token=claim.token, since=since)))
            else:
                self._leave(intent, since)

    async def _carry(self, hand: InHand) -> None:
        try:
            evidence = await self._poster.post(hand)
        finally:
            self._leave(hand.held, hand.since)
        await self._recorder.record(Happening(text_id=hand.held.text_id, evidence=evidence), known=hand.held)

    def _give_back(self, intents: Sequence[Held], claim: Claim, since: float) -> None:
        """The claims may have been written or not: either way nothing was posted under them."""
        unsent = Unsent(token=claim.token, reason=Reason.EXPIRED, again_at=self._clock())
        for held in intents:
            self._leave(held, since)
            self._hands.take(self._recorder.record(Happening(text_id=held.text_id, evidence=unsent)))

    def _leave(self, held: Held, since: float) -> None:
        account = held.entry.text.account_sid
        self._accounts.leave(account, since=since)
        self._wanting |= self._seen.none_of(account)
        self._bell.ring()
