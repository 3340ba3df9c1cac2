"""A client of the broker's that many callers share, and that is made anew when it is not to be trusted any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

from aiokafka.errors import KafkaError

from runtime.errors import GivenUp
from runtime.tasks import uncancelled, watched

# For a connection, and a producer's id, where brokers are slow; then it is begun anew, at addresses looked up anew.
_START_SECONDS: Final = 30.0


class Client(Protocol):
    """aiokafka's consumers and producers."""

    def start(self) -> Awaitable[object]: ...

    def stop(self) -> Awaitable[object]: ...


ClientT = TypeVar("ClientT", bound=Client)


class SharedClient(Generic[ClientT]):
    """`given_up`: how one ends that is not trusted any more; a broker that is away answers late or never."""

    def __init__(
        self, make: Callable[[], ClientT], *, name: str, given_up: Callable[[ClientT], Coroutine[Any, Any, None]]
    ) -> None:
        self._make = make
        self._name = name
        self._given_up = given_up
        self._starting: asyncio.Task[None] | None = None
        self.client: ClientT | None = None
        self.ending: set[asyncio.Task[None]] = set()

    async def ready(self) -> ClientT:
        """All callers share one start, and it goes on when their patience is over: a slow broker is reached in the end.

        In a loop: another caller may have given the client up before this one came to its turn. A start that was
        cancelled, by aiokafka or since we stop, cancels nobody who waits for it.
        """
        while self.client is None:
            if self._starting is None or self._starting.done():
                self._starting = watched(self._start(), name=f"{self._name} start")
            await uncancelled(partial(asyncio.shield, self._starting))
        return self.client

    def give_up(self, client: ClientT | None) -> None:
        """Only the one that failed: another task may have made a new one meanwhile."""
        if client is not None and self.client is client:
            self.client = None
            self._end(client)

    async def stop(self, *, within: float) -> None:
        """In so many seconds where the broker is there, and in as many more where it is not."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        client, self.client = self.client, None
        if client is not None:
            try:
                async with asyncio.timeout(within):
                    await uncancelled(client.stop)
            except (OSError, KafkaError, GivenUp):  # OSError: out of time
                self._end(client)
        if self.ending:
            await asyncio.wait(self.ending, timeout=within)

    def _end(self, client: ClientT) -> None:
        ending = watched(self._given_up(client), name=f"{self._name} end")
        self.ending.add(ending)
        ending.add_done_callback(self.ending.discard)

    async def _start(self) -> None:
        client = self._make()
        try:
            async with asyncio.timeout(_START_SECONDS):
                await client.start()
        except BaseException:
            await client.stop()
            raise
        self.client = client
