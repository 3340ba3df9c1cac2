"""Intents that were seen in the ledger and wait here for room, each account's apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from services.sender.changes import Held

# Of one account. What is left out of a longer backlog is found in the ledger again, when these are gone.
_AT_MOST: Final = 100


class Seen:
    """A queue for each account: the backlog of one hides nothing of another's."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Held]] = {}
        self._ids: set[str] = set()

    def add(self, found: Iterable[Held]) -> bool:
        """Whether there was room for all of them. One that waits here already does so once."""
        room = True
        for held in found:
            queue = self._queues.setdefault(held.entry.text.account_sid, deque())
            if held.text_id in self._ids:
                continue
            if len(queue) < _AT_MOST:
                queue.append(held)
                self._ids.add(held.text_id)
            else:
                room = False
        return room

    def take(self, enters: Callable[[str], bool]) -> list[Held]:
        """The longest seen first, of each account as many as enter. Until they are forgotten, none is seen anew."""
        taken: list[Held] = []
        for account, queue in self._queues.items():
            while queue and enters(account):
                taken.append(queue.popleft())
        return taken

    def drop(self, unwanted: Callable[[Held], bool]) -> None:
        """Out of the queues: the ledger has them."""
        for account, queue in self._queues.items():
            dropped = [held for held in queue if unwanted(held)]
            self._queues[account] = deque(held for held in queue if not unwanted(held))
            self.forget(dropped)

    def forget(self, held: Iterable[Held]) -> None:
        """Should they be due again, they are seen again."""
        self._ids.difference_update(one.text_id for one in held)

    def none_of(self, account: str) -> bool:
        return not self._queues.get(account)
