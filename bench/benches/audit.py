"""Records a second that the audit writes down, beside insert_many of the same documents."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from bench.baselines.inserts import inserted
from bench.corner import Corner, opened_corner
from bench.ground import Ground, alternated
from bench.lines import Line
from bench.programs import running_service
from bench.samples.records import MADE_FOR, records_for
from runtime.events import Outgoing
from runtime.records import RawRecord
from services.audit.entries import entry_of

_AIMED_AT: Final = 0.7
_WARM_UP: Final = 999


async def measure(ground: Ground) -> list[Line]:
    async with opened_corner(ground, "audit") as corner:
        runs = {"audit": partial(_audit, corner), "insert_many": partial(_by_hand, corner)}
        ours, bare = (await alternated(ground, ground.scale.rounds, runs)).values()
    return [
        Line(name="audit", unit="records/s", figures=ours, baseline="insert_many", beside=bare, target=_AIMED_AT),
    ]


async def _audit(corner: Corner, round_: int) -> float:
    records = _records(corner, round_)
    topics = sorted({record.topic for record in records})
    async with running_service(corner, "audit") as programs:
        await corner.fill(records_for("decider", corner.ground.scale.warm_up, _WARM_UP + round_))
        await corner.handled(programs.group, topics)
        with programs.asleep():
            await corner.fill(records)
        started = time.monotonic()
        await corner.handled(programs.group, topics)
        return len(records) / (time.monotonic() - started)


async def _by_hand(corner: Corner, round_: int) -> float:
    collection = corner.mongo[f"{corner.namespace.replace('.', '_')}by_hand"]["records"]
    documents = _documents(_records(corner, round_), cluster=str(round_))
    return len(documents) / await inserted(collection, documents)


def _records(corner: Corner, round_: int) -> Sequence[Outgoing]:
    """Of all that happens to a call, an equal share of each."""
    each = corner.ground.scale.records // len(MADE_FOR)
    return [record for service in MADE_FOR for record in records_for(service, each, round_)]


def _documents(records: Sequence[Outgoing], *, cluster: str) -> list[dict[str, Any]]:
    """As the audit makes them of the same records."""
    return [entry_of(_raw(record, offset), cluster=cluster) for offset, record in enumerate(records)]


def _raw(record: Outgoing, offset: int) -> RawRecord:
    now_ms = int(time.time() * 1000)
    return RawRecord(
        topic=record.topic, partition=0, offset=offset, key=record.key, value=record.value, timestamp_ms=now_ms
    )
