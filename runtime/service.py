"""A service: what it listens to, holds and runs, wired once; started, watched and stopped in the one right order."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import uvloop
from faststream.kafka import KafkaBroker
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from starlette.types import ASGIApp

from runtime.consume import Consumption, Handler
from runtime.consumer import Consumer
from runtime.dead_letters import DeadLetters
from runtime.documents import Documents, StateT
from runtime.due import Sweeper
from runtime.errors import is_transient
from runtime.events import DataT, Topic
from runtime.logs import set_up_logs
from runtime.mongo import database_name, mongo_client
from runtime.ops import Server, ops_app, server
from runtime.publish import Publisher
from runtime.records import Parse
from runtime.settings import RuntimeSettings
from runtime.table_reader import TableReader
from runtime.tables import RowT, Table
from runtime.topics import check_topics, declared_topics

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0


def wall_clock() -> datetime:
    return datetime.now(UTC)


class Service:
    """Declared in a service's app.py; `run` does the rest."""

    def __init__(self, name: str, settings: RuntimeSettings, *, linger_ms: int = 0) -> None:
        self.name = name
        self.settings = settings
        self.publisher = Publisher(
            settings.kafka_bootstrap_servers,
            client_id=f"missedcall-{name}",
            namespace=settings.namespace,
            linger_ms=linger_ms,
        )
        self._broker = KafkaBroker(
            settings.kafka_bootstrap_servers,
            apply_types=False,
            graceful_timeout=20,
            logger=log,
            log_level=logging.DEBUG,  # a line per batch is for debugging; errors come at their own level
        )
        self._consumers: list[Consumer] = []
        self._tables: list[Table[Any, Any]] = []
        self._loops: dict[str, Callable[[], Awaitable[None]]] = {}
        self._preparations: list[Callable[[], Awaitable[object]]] = []
        self._web: tuple[ASGIApp, str, int] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None
        self._started = False
        self.ports: dict[str, int] = {}

    @cached_property
    def _mongo(self) -> AsyncIOMotorClient[dict[str, Any]]:
        return mongo_client(self.settings.mongodb_uri, application=f"missedcall-{self.name}")

    @cached_property
    def database(self) -> AsyncIOMotorDatabase[dict[str, Any]]:
        """This service's own: no other reads it."""
        return self._mongo[database_name(self.name, namespace=self.settings.namespace)]

    def documents(self, collection: str, state: type[StateT], *, keep: timedelta | None) -> Documents[StateT]:
        """Kept for so long after the last change, None is for ever; longer than any topic, or a replay decides anew."""
        documents = Documents(self.database[collection], state, clock=wall_clock)
        self.prepare(lambda: documents.collection.create_index("due_at", sparse=True))
        if keep is not None:
            seconds = int(keep.total_seconds())
            self.prepare(lambda: documents.collection.create_index("touched_at", expireAfterSeconds=seconds))
        return documents

    def table(
        self,
        topic: Topic[DataT],
        *,
        row: Callable[[DataT], RowT | None],
        on_change: Callable[[str, RowT | None], None] = lambda _key, _row: None,
    ) -> Table[DataT, RowT]:
        """A compacted topic in memory; the service is not ready before it has been at the topic's end once."""
        table: Table[DataT, RowT] = Table(topic, row=row, version=_version, on_change=on_change)
        folder = self.settings.snapshots
        snapshot = folder / f"{self.name}.{topic.name}.json" if folder else None
        reader = TableReader(
            table, self.settings.kafka_bootstrap_servers, namespace=self.settings.namespace, snapshot=snapshot
        )
        self._tables.append(table)
        self.loop(f"table {topic.name}", reader.run)
        return table

    def consume(self, parsers: Mapping[str, Parse], handler: Handler) -> Consumer:
        """One group member for all these topics: what concerns one conversation comes to one process, in batches."""
        counted = self.database["dead_letters"]
        dead_letters = DeadLetters(
            self.name,
            counted,
            limit=self.settings.dead_letters_limit,
            window=timedelta(seconds=self.settings.dead_letters_window_seconds),
            clock=wall_clock,
        )
        self.prepare(lambda: counted.create_index("at", expireAfterSeconds=self.settings.dead_letters_window_seconds))
        consumption = Consumption(
            parsers=parsers,
            handler=handler,
            publisher=self.publisher,
            dead_letters=dead_letters,
            on_fatal=self.fail,
            namespace=self.settings.namespace,
        )
        consumer = Consumer(
            self._broker,
            consumption,
            group=f"{self.settings.namespace}{self.name}",
            instance=f"{self.name}-{self.settings.instance}" if self.settings.instance else None,
            batch_records=self.settings.batch_records,
        )
        self._consumers.append(consumer)
        return consumer

    def sweep(self, documents: Documents[Any]) -> None:
        """Due times of these documents come to the service's own due topic."""
        sweeper = Sweeper(self.name, documents.collection, self.publisher, clock=wall_clock)
        self.loop(f"sweeper {documents.collection.name}", sweeper.run)

    def loop(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Runs beside the consumers, and again after a store or broker was away."""
        self._loops[name] = run

    def prepare(self, step: Callable[[], Awaitable[object]]) -> None:
        """Done before anything is consumed, such as making an index."""
        self._preparations.append(step)

    def web(self, app: ASGIApp, *, host: str, port: int) -> None:
        """Served beside the ops endpoints, on a port of its own."""
        self._web = (app, host, port)

    def fail(self, error: BaseException) -> None:
        """Stops the service; the process ends with an exit code that is not 0."""
        log.critical("service stops", exc_info=error, extra={"action": "service_failed"})
        self._failure = self._failure or error
        self._stop.set()

    def not_live(self) -> list[str]:
        problems = [f"{name} has ended" for name, task in self._running.items() if task.done()]
        if self._started:
            problems += [f"consumer: {problem}" for c in self._consumers if (problem := c.problem())]
        return problems

    def not_ready(self) -> list[str]:
        waiting = [f"table {table.topic.name} is not loaded" for table in self._tables if not table.ready]
        return waiting + ([] if self._started else ["it is starting"]) + self.not_live()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Started in this order, stopped in the reverse: first nothing new is taken in, then what is in hand ends."""
        async with AsyncExitStack() as stack:
            stack.callback(self._close_mongo)
            ops = ops_app(not_live=self.not_live, not_ready=self.not_ready)
            await self._serve(stack, "ops", server(ops, host=self.settings.ops_host, port=self.settings.ops_port))
            if self._web is not None:
                app, host, port = self._web
                await self._serve(stack, "web", server(app, host=host, port=port))
            stack.push_async_callback(self.publisher.stop)
            for name, run in self._loops.items():
                self._start_loop(stack, name, run)
            await self._patiently("topics", self._check_topics)
            for step in self._preparations:
                await self._patiently("preparation", step)
            await self._tables_loaded()
            if self._consumers:
                stack.push_async_callback(self._broker.stop)
                await self._patiently("consumers", self._broker.start)
            self._started = True
            log.info("ready", extra={"action": "ready", "ports": self.ports})
            yield

    async def run(self) -> None:
        """Until SIGTERM, SIGINT or a failure; raises the failure."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        main = asyncio.create_task(self._until_stopped())
        await asyncio.wait([main, stopped := asyncio.create_task(self._stop.wait())], return_when="FIRST_COMPLETED")
        stopped.cancel()
        if not self._started:
            main.cancel()
        await asyncio.gather(main, return_exceptions=self._stop.is_set())
        if self._failure is not None:
            raise self._failure

    async def _until_stopped(self) -> None:
        async with self.running():
            await self._stop.wait()

    async def _check_topics(self) -> None:
        settings = self.settings
        topics = declared_topics(settings.topics_file)
        await check_topics(settings.kafka_bootstrap_servers, topics, namespace=settings.namespace)

    async def _tables_loaded(self) -> None:
        while not all(table.ready for table in self._tables):
            await asyncio.sleep(0.05)

    async def _patiently(self, what: str, step: Callable[[], Awaitable[object]]) -> None:
        """A store or broker that is away at the start is waited for; anything else ends the start."""
        while True:
            try:
                await step()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("start waits", extra={"action": "start_waits", "for": what, "why": type(error).__name__})
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    async def _forever(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await run()
            except Exception as error:
                if not is_transient(error):
                    self.fail(error)
                    raise
                log.warning("loop waits", extra={"action": "loop_waits", "loop": name, "why": type(error).__name__})
            await asyncio.sleep(_PAUSE_SECONDS)

    def _start_loop(self, stack: AsyncExitStack, name: str, run: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._forever(name, run), name=name)
        self._running[name] = task

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        stack.push_async_callback(end)

    async def _serve(self, stack: AsyncExitStack, name: str, http: Server) -> None:
        task = asyncio.create_task(http.serve(), name=name)
        while not http.started and not task.done():
            await asyncio.sleep(0.01)
        if task.done():
            await task
            raise OSError(f"{name} could not listen on {http.config.host}:{http.config.port}: is the port taken?")
        self._running[name] = task
        self.ports[name] = http.port

        async def end() -> None:
            http.should_exit = True
            await task

        stack.push_async_callback(end)

    def _close_mongo(self) -> None:
        if "_mongo" in self.__dict__:
            self._mongo.close()


def _version(data: Any) -> int:
    version: int = data.version
    return version


def run(name: str, build: Callable[[], Service]) -> None:
    """The whole of a service's __main__."""
    set_up_logs(name)

    async def main() -> None:
        await build().run()

    uvloop.run(main())
