"""One ingest in full, but for its web server: what it takes it says before it does anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starlette.responses import Response

from runtime.gathered import Gathered
from runtime.publish import Publisher
from schemas.directory import Directory
from services.ingest.breaker import TRY_EVERY_SECONDS
from services.ingest.guarded import GuardedKafka
from services.ingest.handlers import Handlers
from services.ingest.owners import Owners
from services.ingest.recorder import Recorder
from services.ingest.refusals import Refusal, Refused
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.drain import HEAD_START_SECONDS, Drain
from services.ingest.spool.pages import Lane
from services.ingest.spool.segments import Segments
from services.ingest.spool.spool import Spool
from services.ingest.spool.writer import Writer
from services.ingest.unheard import Unheard
from services.ingest.urls import Callbacks
from tests.integration.services.ingest.process import SPOOL_KEY
from tests.unit.services.ingest.webhooks import IDENTITIES, PUBLIC, VOICE, WRITTEN, business, webhook

_SEGMENT_BYTES = 3000  # so that files are sealed on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`closed` is a port where nobody listens."""

    spool: Path
    kafka: str
    closed: str
    namespace: str


class Life:
    """One ingest: Kafka is away, is there, goes away and is there again."""

    def __init__(self, number: int, world: World, said: Callable[[str], object]) -> None:
        self._number = number
        self._said = said
        self._now = 0.0
        self._away = Publisher(world.closed, client_id="mortal", namespace=world.namespace)
        self._there = Publisher(world.kafka, client_id="mortal", namespace=world.namespace)
        self._publishers = dict.fromkeys(map(str, Lane), Gathered(self._away))
        self._kafka = GuardedKafka(self._publishers, clock=lambda: self._now)
        segments = Segments(world.spool, clock=lambda: datetime.now(UTC).timestamp())
        writer = Writer(segments, segment_bytes=_SEGMENT_BYTES)
        self._spool = Spool(segments, writer, Cipher(SPOOL_KEY.encode()), limit=10_000_000, clock=lambda: 0.0)
        self._handlers = _handlers(Recorder(kafka=self._kafka, spool=self._spool), Unheard(self._kafka))

    async def live(self) -> None:
        self._spool.begin()
        drain = Drain(self._spool, self._kafka)
        await self._answered("0")
        await asyncio.gather(self._answered("1"), self._answered("2"))
        self._publishers |= dict.fromkeys(map(str, Lane), Gathered(self._there))
        await self._kafka.start()
        await self._answered("3")
        await self._drained(drain)
        self._publishers |= dict.fromkeys(map(str, Lane), Gathered(self._away))
        await asyncio.gather(self._answered("4"), self._answered("5"))
        self._publishers |= dict.fromkeys(map(str, Lane), Gathered(self._there))
        self._now += TRY_EVERY_SECONDS
        await self._drained(drain)
        await asyncio.gather(self._away.stop(), self._there.stop())
        self._spool.close()

    async def _drained(self, drain: Drain) -> None:
        """Messages have had their head start."""
        self._now += HEAD_START_SECONDS
        while await drain.step():
            pass

    async def _answered(self, name: str) -> None:
        """A call and a message."""
        number = f"{self._number:016d}{int(name):016d}"
        for handle, what, sid in (
            (self._handlers.voice, webhook(VOICE, CallSid=f"CA{number}"), f"CA{number}"),
            (self._handlers.message, webhook(WRITTEN, MessageSid=f"SM{number}"), f"SM{number}"),
        ):
            if await _is_taken(handle(what)):
                self._said(sid)


async def _is_taken(answering: Awaitable[Response]) -> bool:
    """Also a message that is not acknowledged yet, as long as it is said to be kept."""
    try:
        return (await answering).status_code == 200
    except Refused as refused:
        if refused.refusal is not Refusal.NOT_HEARD_YET:
            raise
        return True


def _handlers(recorder: Recorder, unheard: Unheard) -> Handlers:
    directory = Directory()
    directory.change("b1", business())
    return Handlers(
        owners=Owners(directory=directory, ready=lambda: True, fresh=lambda: True, identities=IDENTITIES),
        identities=IDENTITIES,
        callbacks=Callbacks(public_url=PUBLIC, identities=IDENTITIES),
        recorder=recorder,
        unheard=unheard,
        clock=lambda: datetime.now(UTC),
    )
