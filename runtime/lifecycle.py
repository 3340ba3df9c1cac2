"""The one right order to start the parts of a service in, and to stop them; and whether they do well."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from faststream.kafka import KafkaBroker
from starlette.types import ASGIApp

from runtime.consumer import Consumer
from runtime.ops import Door, ops_app
from runtime.publish import Publisher
from runtime.settings import RuntimeSettings
from runtime.tables import Table
from runtime.tasks import Step, Tasks
from runtime.topics import check_topics, declared_topics

log = logging.getLogger(__name__)

# Of the time to stop in: for the batch in hand; the rest is for leaving the group.
_DRAIN_SHARE = 0.75

# Well within the time that Twilio waits for an answer; and what a caller is willing to.
_OPENS_WITHIN_SECONDS = 5.0
_OPENS_WITH_A_SNAPSHOT_WITHIN_SECONDS = 0.25


@dataclass(slots=True, kw_only=True)
class Parts:
    """What a service declared to have."""

    broker: KafkaBroker
    publishers: list[Publisher] = field(default_factory=list)
    consumers: list[Consumer] = field(default_factory=list)
    tables: dict[str, tuple[Table[Any, Any], Step]] = field(default_factory=dict)
    loops: dict[str, Step] = field(default_factory=dict)
    preparations: list[Step] = field(default_factory=list)
    web: tuple[ASGIApp, Door] | None = None
    closing: list[Callable[[], object]] = field(default_factory=list)


class Lifecycle:
    """Runs the parts."""

    def __init__(self, settings: RuntimeSettings, parts: Parts) -> None:
        self.tasks = Tasks()
        self._settings = settings
        self._parts = parts
        self._started = False
        self._started_at = time.time()

    def not_live(self) -> list[str]:
        """What only a restart would mend."""
        started = self._parts.consumers if self._started else ()
        return self.tasks.ended() + [f"consumer: {problem}" for c in started if (problem := c.problem())]

    def not_ready(self) -> list[str]:
        """A service without a consumer is ready with its tables: they may come from a snapshot while Kafka is away."""
        waiting = [f"table {name} is not loaded" for name, (table, _) in self._parts.tables.items() if not table.ready]
        starting = ["it is starting"] if self._parts.consumers and not self._started else []
        return waiting + starting + self.not_live()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Started in this order, stopped in the reverse: first nothing new is taken in, then what is in hand ends."""
        parts, settings = self._parts, self._settings
        async with AsyncExitStack() as stack:
            stack.callback(self._close)
            ops = ops_app(not_live=self.not_live, not_ready=self.not_ready, measure=self._measure)
            self.tasks.serve(stack, "ops", ops, Door(host=settings.ops_host, port=settings.ops_port))
            stack.push_async_callback(self._stop_publishers)
            for name, (_, follow) in parts.tables.items():
                self.tasks.keep(stack, f"table {name}", follow)
            if parts.web is not None:
                await self._tables_current_soon()
                self.tasks.serve(stack, "web", *parts.web)
            await self._prepared()
            for name, run in parts.loops.items():
                self.tasks.keep(stack, name, run)
            if parts.consumers:
                stack.push_async_callback(self._stop_consumers)
                await self.tasks.patiently("consumers", self._start_consumers)
            self._started = True
            log.info("ready", extra={"action": "ready", "ports": self.tasks.ports})
            yield

    async def _tables_current_soon(self) -> None:
        """A caller rather waits a moment for the door to open than is refused; but not until it is given up.

        Where Kafka is away and there is a snapshot, nothing is gained by waiting longer.
        """
        if not await self._current(within=_OPENS_WITH_A_SNAPSHOT_WITHIN_SECONDS) and not self._restored():
            await self._current(within=_OPENS_WITHIN_SECONDS - _OPENS_WITH_A_SNAPSHOT_WITHIN_SECONDS)

    def _restored(self) -> bool:
        return all(table.ready for table, _ in self._parts.tables.values())

    async def _current(self, *, within: float) -> bool:
        """Whether every table is at its topic's end, waited for so many seconds at most."""
        try:
            for table, _ in self._parts.tables.values():
                await table.holds_all_of(self._started_at, within=within)
        except TimeoutError:
            return False
        return True

    async def _prepared(self) -> None:
        """Topics are as declared, indexes made, tables loaded: before that nothing is taken in."""
        await self.tasks.patiently("topics", self._check_topics)
        for step in self._parts.preparations:
            await self.tasks.patiently("preparation", step)
        for table, _ in self._parts.tables.values():
            await table.loaded.wait()
        if self._parts.consumers:
            await self.tasks.patiently("tables", self._tables_current)

    async def _tables_current(self) -> None:
        """Consumers need Kafka anyway, so nothing is decided by what a snapshot said."""
        for table, _ in self._parts.tables.values():
            await table.holds_all_of(self._started_at)

    async def _check_topics(self) -> None:
        settings = self._settings
        topics = declared_topics(settings.topics_file)
        await check_topics(settings.kafka_bootstrap_servers, topics, namespace=settings.namespace)

    async def _start_consumers(self) -> None:
        try:
            await self._parts.broker.start()
        except Exception:
            await self._parts.broker.stop()  # what has been started of it
            raise

    async def _stop_consumers(self) -> None:
        """In bounded time: a batch that is not committed by then comes again, which changes nothing."""
        for consumer in self._parts.consumers:
            consumer.finish()
        try:
            async with asyncio.timeout(self._settings.shutdown_seconds):
                await self._drained()
                await self._parts.broker.stop()
                await asyncio.gather(*(consumer.close() for consumer in self._parts.consumers))
        except TimeoutError:
            log.warning("stopped without its broker", extra={"action": "stop_timed_out"})

    async def _drained(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.shutdown_seconds * _DRAIN_SHARE):
                await asyncio.gather(*(consumer.drain() for consumer in self._parts.consumers))

    async def _stop_publishers(self) -> None:
        await asyncio.gather(*(publisher.stop() for publisher in self._parts.publishers))

    def _measure(self) -> None:
        for consumer in self._parts.consumers:
            consumer.measure()

    def _close(self) -> None:
        for close in self._parts.closing:
            close()
