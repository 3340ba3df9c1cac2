"""A service as small as one can be: it counts pings per document and says each total. Also a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from runtime.documents import Change, Documents, Work
from runtime.due import Due, due_topic
from runtime.events import Event, Fact, Outgoing, Topic
from runtime.records import Record
from runtime.service import Service, run
from runtime.settings import RuntimeSettings

START = datetime(2026, 1, 1, tzinfo=UTC)


class Ping(Fact):
    """`due_in` seconds, where there are any, the document wants to be asked again."""

    document: str
    number: int
    due_in: float | None = None


class Pong(Fact):
    document: str
    total: int


class Row(Fact):
    name: str
    version: int


PINGS = Topic("pings.sent.v1", Event[Ping])
PONGS = Topic("pongs.sent.v1", Event[Pong])
ROWS = Topic("rows.changed.v1", Event[Row])
DUE = due_topic("toy")

TOPICS = """
topics:
  - {name: pings.sent.v1, partitions: 4, personal_data: false, writers: [test], readers: [toy]}
  - {name: pongs.sent.v1, partitions: 2, personal_data: false, writers: [toy], readers: [test]}
  - {name: rows.changed.v1, partitions: 2, cleanup: compact, personal_data: false, writers: [test], readers: [toy]}
  - {name: toy.due.v1, partitions: 4, personal_data: false, writers: [toy], readers: [toy]}
  - {name: toy.dead-letters.v1, partitions: 1, max_message_bytes: 2097152,
     personal_data: false, writers: [toy], readers: [test]}
"""


class Count(BaseModel):
    model_config = ConfigDict(frozen=True)

    total: int = 0
    numbers: tuple[int, ...] = ()
    fired: int = 0


def ping(number: int, document: str = "d", *, due_in: float | None = None) -> Event[Ping]:
    data = Ping(document=document, number=number, due_in=due_in)
    return PINGS.event(
        data, source="/test", subject=f"{document}/{number}", transition="sent", key=document, time=START
    )


def pong(document: str, total: int) -> Outgoing:
    data = Pong(document=document, total=total)
    event = PONGS.event(
        data, source="/toy", subject=document, transition=str(total), key=document, time=datetime.now(UTC)
    )
    return Outgoing.of(event)


def count(state: Count, cause: Ping | Due) -> Change[Count]:
    """The time that pong() takes from the clock makes each decision's bytes differ: a repeated one would show."""
    if isinstance(cause, Due):
        return Change(state=state.model_copy(update={"fired": state.fired + 1}))
    after = state.model_copy(update={"total": state.total + cause.number, "numbers": (*state.numbers, cause.number)})
    due_at = datetime.now(UTC) + timedelta(seconds=cause.due_in) if cause.due_in is not None else None
    return Change(state=after, says=[pong(cause.document, after.total)], due_at=due_at)


def work(records: Sequence[Record]) -> list[Work[Any]]:
    return [
        Work(document=r.event.data.document, cause_id=r.event.id, key=r.event.partitionkey, cause=r.event.data)
        for r in records
    ]


Handler = Callable[[Sequence[Record]], Awaitable[Sequence[Outgoing]]]


def toy(
    settings: RuntimeSettings,
    around: Callable[[Handler], Handler] = lambda handler: handler,
    rule: Callable[[Count, Any], Change[Count]] = count,
) -> Service:
    """`around` is what a test puts around the handler, `rule` in place of the rule."""
    service = Service("toy", settings)
    counts: Documents[Count] = service.documents("counts", Count, keep=timedelta(days=1))

    async def on_batch(records: Sequence[Record]) -> Sequence[Outgoing]:
        return await counts.decide(work(records), rule)

    service.consume({PINGS.name: PINGS.parse, DUE.name: DUE.parse}, around(on_batch))
    service.sweep(counts)
    return service


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(service_at: str) -> Service:
    """Killed by SIGKILL where the environment says: before or after its state is stored, or after it has published."""

    def around(handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            if service_at == "before it has stored":
                die()
            said = await handler(records)
            if service_at == "after it has stored":
                die()
            return said

        return handle

    service = toy(RuntimeSettings(), around)
    publish = service.publisher.publish

    async def publish_and_die(records: Sequence[Outgoing], *, within: float = 10) -> None:
        await publish(records, within=within)
        if records and service_at == "after it has published":
            die()

    service.publisher.publish = publish_and_die  # type: ignore[method-assign] # the moment before the commit
    return service


if __name__ == "__main__":
    run("toy", lambda: dying(os.environ.get("TOY_DIES", "never")))
