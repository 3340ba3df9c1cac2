"""A member that is outside its group, from when its partitions are dealt out anew until it has some again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from runtime.errors import Fenced
from runtime.membership import Membership

STUCK_SECONDS: Final = 90.0
# Longer than a session: by then who had our name and is dead has lost it.
_ASK_AGAIN_SECONDS: Final = 12.0


class Rejoining:
    """Who has lost its name to another process stops, and does not ask it back.

    `coordinator`: aiokafka's, which joins by itself; None before there is one.
    """

    def __init__(
        self, membership: Membership, coordinator: Callable[[], Any], on_fatal: Callable[[BaseException], None]
    ) -> None:
        self._membership = membership
        self._coordinator = coordinator
        self._on_fatal = on_fatal
        self._since: float | None = None
        self._asking: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """A new assignment is being made, and nothing is fetched until it is there."""
        self._since = self._since or time.monotonic()
        self.ask_no_more()
        self._asking = asyncio.create_task(self._ask(), name="outside its group")

    async def may_join(self) -> None:
        """Ends the joining where we may not."""
        try:
            await self._membership.check(self._member_id())
        except Fenced as error:
            await self._stop_joining(error)

    def end(self) -> None:
        """Joined."""
        self._since = None
        self.ask_no_more()
        self._membership.known_as = self._member_id()

    def ask_no_more(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    def problem(self) -> str | None:
        """Out of the group for so long that only a restart would help."""
        outside = time.monotonic() - self._since if self._since else 0.0
        return f"it has been out of its group for {outside:.0f} s" if outside > STUCK_SECONDS else None

    async def _ask(self) -> None:
        """The name may be lost after that question. aiokafka knows no word for that, and goes on for ever."""
        while True:
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
            try:
                await self._membership.check_while_joining(self._member_id)
            except Fenced as error:
                await self._stop_joining(error)
                return

    async def _stop_joining(self, error: Fenced) -> None:
        joining = self._coordinator()._coordination_task  # noqa: SLF001 - aiokafka has no other end
        joining.cancel()
        try:
            await asyncio.wait([joining])  # where it runs this itself, it goes no further than here
        finally:
            self._on_fatal(error)

    def _member_id(self) -> str:
        """Empty where the group knows us by none."""
        coordinator = self._coordinator()
        return coordinator.member_id if coordinator is not None else ""
