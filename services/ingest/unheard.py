"""Messages that are kept on the disk and whose answer waits until Kafka has them."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from runtime.errors import TooLarge
from runtime.events import Outgoing

_LOOK_SECONDS: Final = 0.1
# Longer than a broker takes that is there; it is then asked again, by a producer made anew.
_TRY_SECONDS: Final = 2.0
# Each holds a connection, of which calls need some.
_MOST_WAITING: Final = 200


class Kafka(Protocol):
    """Behind its breakers."""

    def admits(self, topic: str) -> bool: ...

    async def takes(self, records: list[Outgoing], *, within: float) -> bool: ...


class Unheard:
    """The drain publishes them too, in its turn: it is the same event, by its id."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._waiting: dict[asyncio.Future[bool], Outgoing] = {}
        self._tries = False

    async def heard(self, event: Outgoing, *, within: float) -> bool:
        """Whether Kafka has it after so many seconds at most; at once where it is not worth waiting."""
        if not self._tries or len(self._waiting) >= _MOST_WAITING:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[answer] = event
        try:
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            return False
        finally:
            del self._waiting[answer]

    async def run(self) -> None:
        """Until cancelled: then nobody waits any more, and whoever comes again may come to another replica."""
        self._tries = True
        try:
            while True:
                if self._waiting:
                    await asyncio.gather(*(self._try(answer, event) for answer, event in self._waiting.items()))
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._tries = False
            for answer in self._waiting:
                if not answer.done():
                    answer.set_result(False)

    async def _try(self, answer: asyncio.Future[bool], event: Outgoing) -> None:
        """What Kafka never takes is answered as taken: the drain sets it aside, where it is found."""
        try:
            taken = self._kafka.admits(event.topic) and await self._kafka.takes([event], within=_TRY_SECONDS)
        except TooLarge:
            taken = True
        if taken and not answer.done():
            answer.set_result(True)
