"""Every record as it came, written down once."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from prometheus_client import Counter

from runtime.events import Event, Fact, Outgoing
from runtime.records import Record
from services.audit import metrics
from services.audit.cluster import cluster_id
from services.audit.entries import Entry, entry_of
from services.audit.state import Ledger

_UNREAD: Final = Event[Fact](
    id="",
    source="/audit",
    type="unread",
    time=datetime.min.replace(tzinfo=UTC),
    subject="",
    partitionkey="",
    data=Fact(),
)


def unread(_: bytes) -> Event[Fact]:
    """A parser that refuses nothing: the audit holds what others reject too, and looks at `Record.raw` alone."""
    return _UNREAD


class Keeping:
    """`prepare` comes first: a record is named by the cluster that it stands in."""

    def __init__(self, ledger: Ledger, *, bootstrap: str) -> None:
        self._ledger = ledger
        self._bootstrap = bootstrap
        self._cluster = ""

    async def prepare(self) -> None:
        self._cluster = await cluster_id(self._bootstrap)
        await self._ledger.prepare()

    async def on_records(self, records: Sequence[Record]) -> Sequence[Outgoing]:
        """Says nothing: what is written down is all that comes of it."""
        entries = [entry_of(record.raw, cluster=self._cluster) for record in records]
        new = await self._ledger.keep(entries)
        _count([entry for entry in entries if entry["_id"] in new], metrics.KEPT)
        _count([entry for entry in entries if entry["_id"] not in new], metrics.REPEATED)
        _count([entry for entry in entries if entry["_id"] in new and "problem" in entry], metrics.UNREADABLE)
        return ()


def _count(entries: Iterable[Entry], counter: Counter) -> None:
    for topic, count in Tally(entry["topic"] for entry in entries).items():
        counter.labels(topic).inc(count)
