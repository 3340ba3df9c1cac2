"""A service: what it listens to, holds, runs and serves, wired once in its app.py."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import uvloop
from faststream.kafka import KafkaBroker
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from starlette.types import ASGIApp

from runtime import metrics
from runtime.consume import Consumption, Handler
from runtime.consumer import Consumer
from runtime.dead_letters import DeadLetters
from runtime.dead_letters_count import COLLECTION as COUNTED
from runtime.dead_letters_count import DeadLettersCount
from runtime.documents import Documents, StateT
from runtime.due import Sweeper
from runtime.events import DataT, Topic
from runtime.lifecycle import Lifecycle, Parts
from runtime.logs import set_up_logs
from runtime.membership import Membership
from runtime.mongo import database_name, expire_after, mongo_client
from runtime.ops import Door
from runtime.publish import Publisher
from runtime.records import Parse
from runtime.settings import RuntimeSettings
from runtime.table_reader import TableReader
from runtime.tables import RowT, Table
from runtime.tasks import Step

log = logging.getLogger(__name__)

# A thread of Motor's that comes back with an answer waits at most so long for a loop that is at work, at each of the
# three or four moments when it needs Python. By default it is 5 ms, which is as long as a batch takes to decide.
_SWITCH_SECONDS: Final = 0.0005
# Objects that were made and are still there: what a few hundred records come to. Python's own choice is 700.
_COLLECTED_AFTER: Final = 10_000


def wall_clock() -> datetime:
    return datetime.now(UTC)


class Service:
    """Declared in a service's app.py; `run` does the rest."""

    def __init__(self, name: str, settings: RuntimeSettings) -> None:
        self.name = name
        self.settings = settings
        self._parts = Parts(
            broker=KafkaBroker(
                settings.kafka_bootstrap_servers.split(","),  # FastStream takes one string for one server
                apply_types=False,
                graceful_timeout=None,  # we drain before we stop it, and it would wait as long again
                logger=log,
                log_level=logging.DEBUG,  # a line per batch is for debugging; errors come at their own level
            ),
        )
        self.publisher = self.another_publisher()
        self._life = Lifecycle(settings, self._parts)

    @property
    def ports(self) -> Mapping[str, int]:
        """Where `ops` and `web` listen, once they do."""
        return self._life.tasks.ports

    @cached_property
    def _mongo(self) -> AsyncIOMotorClient[dict[str, Any]]:
        client = mongo_client(self.settings.mongodb_uri, application=f"missedcall-{self.name}")
        self._parts.closing.append(client.close)
        return client

    @cached_property
    def database(self) -> AsyncIOMotorDatabase[dict[str, Any]]:
        """The service's own: no other reads it."""
        return self._mongo[database_name(self.name, namespace=self.settings.namespace)]

    def another_publisher(self) -> Publisher:
        """Stopped with the service. One that is thrown away takes along what it had in hand, and nothing of others."""
        publisher = Publisher(
            self.settings.kafka_bootstrap_servers,
            client_id=f"missedcall-{self.name}",
            namespace=self.settings.namespace,
        )
        self._parts.publishers.append(publisher)
        return publisher

    def documents(self, collection: str, state: type[StateT], *, keep: timedelta | None) -> Documents[StateT]:
        """Kept for so long after the last change, None is for ever; longer than any topic, or a replay decides anew."""
        documents = Documents(self.database[collection], state, clock=wall_clock)
        self.prepare(lambda: documents.collection.create_index("due_at", sparse=True))
        if keep is not None:
            seconds = int(keep.total_seconds())
            self.prepare(lambda: expire_after(documents.collection, "touched_at", seconds=seconds))
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
        self._parts.tables[topic.name] = table, reader.run
        return table

    def consume(
        self,
        parsers: Mapping[str, Parse],
        handler: Handler,
        *,
        first: Collection[str] = (),
        gather_ms: int = 0,
        batches: int = 1,
    ) -> Consumer:
        """One group member for all these topics: what concerns one conversation comes to one process, in batches.

        `first`: of these topics, those that must have been handled to their end before a record of another is.
        `gather_ms`: for who is in no hurry: where there are few records, they wait so long for others to come along.
        `batches`: where there are many, so many times what is usual comes at once.
        """
        for topic in parsers:
            metrics.DEAD_LETTERS.labels(topic)  # born at 0, or Prometheus would miss the first
        consumption = Consumption(
            parsers=parsers,
            handler=handler,
            publisher=self.publisher,
            dead_letters=DeadLetters(self.name, self._dead_letters_count(), clock=wall_clock),
            on_fatal=self.fail,
            namespace=self.settings.namespace,
        )
        consumer = Consumer(
            self._parts.broker,
            consumption,
            membership=Membership(
                bootstrap=self.settings.kafka_bootstrap_servers,
                group=f"{self.settings.namespace}{self.name}",
                instance=f"{self.name}-{self.settings.instance}" if self.settings.instance else None,
            ),
            batch_records=self.settings.batch_records * batches,
            first=first,
            gather_ms=gather_ms,
        )
        self._parts.consumers.append(consumer)
        return consumer

    def _dead_letters_count(self) -> DeadLettersCount:
        seconds, collection = self.settings.dead_letters_window_seconds, self.database[COUNTED]
        self.prepare(lambda: expire_after(collection, "at", seconds=seconds))
        limit = self.settings.dead_letters_limit
        return DeadLettersCount(
            service=self.name, collection=collection, limit=limit, window=timedelta(seconds=seconds)
        )

    def sweep(self, documents: Documents[Any]) -> None:
        """Due times of these documents come to the service's own due topic."""
        sweeper = Sweeper(self.name, documents.collection, self.publisher, clock=wall_clock)
        self.loop(f"sweeper {documents.collection.name}", sweeper.run)

    def loop(self, name: str, run: Step) -> None:
        """Runs beside the consumers, and again after a store or broker was away."""
        self._parts.loops[name] = run

    def prepare(self, step: Step) -> None:
        """Done before anything is consumed, such as making an index."""
        self._parts.preparations.append(step)

    def at_end(self, close: Callable[[], object]) -> None:
        """Called last, when nothing of the service runs any more."""
        self._parts.closing.append(close)

    def web(self, app: ASGIApp, door: Door) -> None:
        """Served beside the ops endpoints, on a port of its own."""
        self._parts.web = (app, door)

    def fail(self, error: BaseException) -> None:
        """Stops the service; the process ends with an exit code that is not 0."""
        self._life.tasks.fail(error)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Started, for as long as the block lasts."""
        return self._life.running()

    async def run(self) -> None:
        """Until SIGTERM, SIGINT or a failure; raises the failure."""
        await self._life.tasks.until_stopped(self.running())


def _spare_the_collector() -> None:
    """What is imported stays, and need not be looked through again and again; a batch's objects go together, without
    being looked for. By its defaults Python's collector took a fifth of a stage's time, and found next to nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)


def _version(data: Any) -> int:
    version: int = data.version
    return version


def run(name: str, build: Callable[[], Service]) -> None:
    """The whole of a service's __main__."""
    set_up_logs(name)

    async def main() -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        service = build()
        _spare_the_collector()
        await service.run()

    try:
        uvloop.run(main())
    except Exception:
        log.critical("service ended", exc_info=True, extra={"action": "service_ended"})
        sys.exit(1)
