"""How a customer took what somebody wrote, for whoever asks the control API."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from simulator.webhooks.letters import Receipt


class Delivery:
    """The webhook of one message, and its second copy where there is one."""

    def __init__(self) -> None:
        self._webhooks: list[Receipt] = []
        self._answered = asyncio.Event()

    def took(self, receipts: Sequence[Receipt]) -> None:
        self._webhooks += receipts
        self._answered.set()

    async def answered_within(self, seconds: float) -> None:
        """Wait for the first answer, or until the webhook is given up, so many real seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._answered.wait()

    def described(self) -> dict[str, Any]:
        webhooks = [receipt.described() for receipt in self._webhooks]
        taken = any(receipt.ok for receipt in self._webhooks)
        return {"done": self._answered.is_set(), "taken": taken, "webhooks": webhooks}
