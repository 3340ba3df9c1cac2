"""Publishing for those who come one by one: what comes while something is on its way travels next, together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from runtime.errors import NotPublished, TooLarge
from runtime.events import Outgoing
from runtime.publish import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """`said`: once it is acknowledged; cancelled where nobody waits for it any more."""

    records: Sequence[Outgoing]
    within: float
    said: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Gathered:
    """A request to the broker costs as much for one record as for many, and an event a webhook was a request each.

    Who comes while none is on its way goes at once; else it waits for that one, which takes some milliseconds.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._waiting: list[_Wish] = []
        self._carrying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._publisher.start()

    async def publish(self, records: Sequence[Outgoing], *, within: float) -> None:
        """Raises NotPublished unless all are acknowledged within so many seconds, TooLarge where none ever would be.

        Many at once go by themselves: they may take their time, and nobody is to wait behind them.
        """
        if len(records) > 1:
            await self._publisher.publish(records, within=within)
            return
        wish = _Wish(records=records, within=within)
        self._waiting.append(wish)
        if self._carrying is None:
            self._carrying = asyncio.create_task(self._carry(), name="gathered records")
        try:
            async with asyncio.timeout(within):
                await wish.said
        except TimeoutError as error:
            raise NotPublished(f"{len(records)} records were not acknowledged in time") from error

    async def _carry(self) -> None:
        try:
            while self._waiting:
                wishes, self._waiting = self._waiting, []
                await self._carry_together([wish for wish in wishes if not wish.said.done()])
        finally:
            self._carrying = None

    async def _carry_together(self, wishes: Sequence[_Wish]) -> None:
        """One that is too large for the broker fails alone."""
        if not wishes:
            return
        failure: Exception | None = None
        try:
            records = [record for wish in wishes for record in wish.records]
            await self._publisher.publish(records, within=max(wish.within for wish in wishes))
        except TooLarge as error:
            if len(wishes) > 1:
                for wish in wishes:
                    await self._carry_together([wish])
                return
            failure = error
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the matter of those who wait
            failure = error
        for wish in wishes:
            if not wish.said.done():
                wish.said.set_result(None) if failure is None else wish.said.set_exception(failure)
