"""`python -m tests.integration.services.ingest.mortal FOLDER KAFKA CLOSED NAMESPACE`: ingest dies at each place once.

Each life is a fork: it takes calls and messages while Kafka is away (CLOSED is a port where nobody listens), then while
it is there, and drains. It says of each webhook, before it does anything else, that it was answered with 2xx. Lives
follow one another until one comes through alive.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from runtime.publish import Publisher
from schemas.directory import Directory
from services.ingest.guarded import GuardedKafka
from services.ingest.handlers import Handlers
from services.ingest.owners import Owners
from services.ingest.recorder import Recorder
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.drain import Drain
from services.ingest.spool.segments import Segments
from services.ingest.spool.spool import Spool
from services.ingest.spool.writer import Writer
from services.ingest.urls import Callbacks
from services.ingest.webhook import Webhook
from tests.integration.services.ingest.deaths import Deaths
from tests.integration.services.ingest.process import SPOOL_KEY
from tests.unit.services.ingest.webhooks import IDENTITIES, PUBLIC, VOICE, WRITTEN, business, webhook

_SEGMENT_BYTES = 3000  # so that files are sealed on the way


class Life:
    """One ingest, from its first webhook to the end of its drain."""

    def __init__(self, deaths: Deaths, said: Callable[[str], object], kafka: str, closed: str, namespace: str) -> None:
        self._deaths = deaths
        self._said = said
        self._away = Publisher(closed, client_id="mortal", namespace=namespace)
        self._there = Publisher(kafka, client_id="mortal", namespace=namespace)
        segments = Segments(deaths.folder, clock=lambda: datetime.now(UTC).timestamp())
        writer = Writer(segments, segment_bytes=_SEGMENT_BYTES)
        self._spool = Spool(segments, writer, Cipher(SPOOL_KEY.encode()), limit=10_000_000, clock=lambda: 0.0)

    async def live(self) -> None:
        away, there = self._handlers(self._away), self._handlers(self._there)
        await self._answered(away, "0", "1", "2")
        await asyncio.gather(*(self._answered(away, name) for name in "3456"))
        drain = Drain(self._spool, GuardedKafka(self._there))
        await self._answered(there, "7", "8")
        while await self._deaths.stepped(drain.step()):
            pass
        await self._away.stop()
        await self._there.stop()
        self._spool.close()

    def _handlers(self, publisher: Publisher) -> Handlers:
        directory = Directory()
        directory.change("b1", business())
        return Handlers(
            owners=Owners(directory=directory, ready=lambda: True, fresh=lambda: True, identities=IDENTITIES),
            identities=IDENTITIES,
            callbacks=Callbacks(public_url=PUBLIC, identities=IDENTITIES),
            recorder=Recorder(kafka=GuardedKafka(publisher), spool=self._spool),
            clock=lambda: datetime.now(UTC),
        )

    async def _answered(self, handlers: Handlers, *names: str) -> None:
        """A call and a message each."""
        for name in names:
            number = f"{self._deaths.kth:016d}{int(name):016d}"
            for handle, what in (
                (handlers.voice, webhook(VOICE, CallSid=f"CA{number}")),
                (handlers.message, webhook(WRITTEN, MessageSid=f"SM{number}")),
            ):
                response = await self._deaths.stepped(handle(what))
                if response.status_code == 200:
                    self._said(_sid(what))


def _sid(what: Webhook) -> str:
    return what.said.get("CallSid") or what.said["MessageSid"]


def lived(folder: Path, kth: int, kafka: str, closed: str, namespace: str) -> int:
    """The exit status of a life that ends at the k-th place, or at its end. What it says and syncs stands beside."""
    spool = folder / str(kth)
    spool.mkdir()
    said, synced = (os.open(spool.with_suffix(suffix), os.O_CREAT | os.O_RDWR) for suffix in (".said", ".synced"))
    if (pid := os.fork()) == 0:
        deaths, write = Deaths(kth=kth, folder=spool, synced=synced), os.write

        async def live() -> None:
            life = Life(deaths, lambda sid: write(said, f"{sid}\n".encode()), kafka, closed, namespace)
            deaths.install()
            await life.live()

        asyncio.run(live())
        os._exit(0)
    os.close(said)
    os.close(synced)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(folder: str, kafka: str, closed: str, namespace: str) -> None:
    """Forks while there is neither a loop nor a thread."""
    for kth in count(1):
        status = lived(Path(folder), kth, kafka, closed, namespace)
        if status != -signal.SIGKILL:
            sys.exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:5])
