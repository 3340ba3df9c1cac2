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
from services.sender.hands import Hands
from services.sender.ledger import Claim, Unsent
from services.sender.pace import Pace
from services.sender.posting import InHand, Poster
from services.sender.recorder import Recorder
from services.sender.state import Ledger
from services.sender.views import Views

_SEEN_AT_ONCE: Final = 100
# Of accounts that are full or rest; more of theirs is found again when they have room.
_SEEN_AT_MOST: Final = 500


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
        self._seen: Sequence[Held] = ()
        self._news = True
        self._asked_at = -inf
        self._claiming: set[str] = set()

    def wake(self) -> None:
        """There may be something to post that was not seen yet."""
        self._news = True
        self._bell.ring()

    async def run(self) -> None:
        """Until cancelled: then nothing more is claimed. What is in hand is seen to its end by the hands."""
        while True:
            if not await self._round():
                await self._bell.heard(within=self._pace.poll.total_seconds())

    async def _round(self) -> int:
        """Takes in hand what is due, as far as there is room; how many texts that were.

        The ledger is asked where there may be more than was seen in it, not for each slot that is left; and now and
        then, however busy one account is: else its backlog would hide what is due to the others.
        """
        since = time.monotonic()
        overdue = since - self._asked_at >= self._pace.poll.total_seconds()
        intents = [] if overdue else self._admitted(since)
        if not intents and (self._news or overdue):
            self._news, self._asked_at = False, since
            found = await self._due()
            ids = {held.text_id for held in found}
            self._seen = [*found, *(held for held in self._seen if held.text_id not in ids)][:_SEEN_AT_MOST]
            since = time.monotonic()
            intents = self._admitted(since)
        if intents:
            self._hands.take(self._claim(intents, since))
        return len(intents)

    def _admitted(self, since: float) -> list[Held]:
        """What was seen due some moments ago may be somebody else's by now: then it cannot be claimed."""
        if self._views.blind or self._views.paused(ControlScope.EVERYWHERE):
            return []
        free = [held for held in self._seen if held.text_id not in self._claiming]
        admitted = self._accounts.admit(free, since)
        taken = {held.text_id for held in admitted}
        self._seen = [held for held in free if held.text_id not in taken]
        self._claiming |= taken
        return admitted

    async def _due(self) -> Sequence[Held]:
        """Nothing while we are blind or paused; nothing from whom is full, resting or paused."""
        if self._views.blind or self._views.paused(ControlScope.EVERYWHERE):
            return ()
        return await self._ledger.due(
            now=self._clock(),
            limit=_SEEN_AT_ONCE,
            not_accounts=self._accounts.closed(time.monotonic()) | self._views.paused(ControlScope.ACCOUNT),
            not_businesses=self._views.paused(ControlScope.BUSINESS),
        )

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
            self._claiming -= {held.text_id for held in intents}
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
        self._news = self._news or not any(seen.entry.text.account_sid == account for seen in self._seen)
        self._bell.ring()
