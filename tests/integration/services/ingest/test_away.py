"""While Kafka is away a webhook is spooled; without room for it, or businesses, it is refused in time for Twilio."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession

from runtime import ops
from runtime.gathered import Gathered
from runtime.publish import Publisher
from runtime.secrets import SecretFolder
from schemas.directory import Directory
from services.ingest.admission import Admission
from services.ingest.guarded import GuardedKafka
from services.ingest.handlers import Handlers
from services.ingest.owners import Owners
from services.ingest.recorder import Recorder
from services.ingest.refusals import Refusal
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.pages import Lane
from services.ingest.spool.spool import Spool, open_spool
from services.ingest.unheard import Unheard
from services.ingest.urls import Callbacks
from services.ingest.web import web_app
from tests.integration.services.ingest.door import Door
from tests.unit.services.ingest.spool.disk import installed
from tests.unit.services.ingest.spool.ground import BIG, SECRET, all_of, spool_in
from tests.unit.services.ingest.webhooks import IDENTITIES, PUBLIC, VOICE, business


@pytest.fixture
def closed() -> Iterator[str]:
    """A port that refuses connections: bound, so that nobody else takes it, and not listened on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@asynccontextmanager
async def door_without(
    kafka: str, session: ClientSession, credentials: Path, *, ready: bool, spool: Spool | None = None
) -> AsyncIterator[Door]:
    """Ingest that knows its businesses from a snapshot, with a broker that is away."""
    directory = Directory()
    directory.change("b1", business())
    publishers: dict[str, Publisher] = {topic: Publisher(kafka, client_id="test") for topic in Lane}
    guarded = GuardedKafka({topic: Gathered(publisher) for topic, publisher in publishers.items()})
    handlers = Handlers(
        owners=Owners(directory=directory, ready=lambda: ready, fresh=lambda: ready, identities=IDENTITIES),
        identities=IDENTITIES,
        callbacks=Callbacks(public_url=PUBLIC, identities=IDENTITIES),
        recorder=Recorder(kafka=guarded, spool=spool),
        unheard=Unheard(guarded),
        clock=lambda: datetime.now(UTC),
    )
    app = web_app(Admission(credentials=SecretFolder(credentials), public_url=PUBLIC), handlers)
    http, serving, port = ops.listening(app, ops.Door(host="127.0.0.1", port=0))
    try:
        yield Door(session=session, port=port)
    finally:
        http.should_exit = True
        await serving
        await asyncio.gather(*(publisher.stop() for publisher in publishers.values()))


@pytest.mark.parametrize("kafka", ["closed", "silent"])
async def test_kafka_that_is_away_is_503_within_a_second_and_a_half(
    kafka: str, request: pytest.FixtureRequest, session: ClientSession, credentials: Path
) -> None:
    async with door_without(request.getfixturevalue(kafka), session, credentials, ready=True) as door:
        answers = await asyncio.gather(*(door.post("/twilio/voice", VOICE) for _ in range(5)))
    assert {(answer.status, answer.text) for answer in answers} == {(503, f"{Refusal.NOT_PUBLISHED.sentence}\n")}
    assert max(answer.seconds for answer in answers) < 1.5


async def test_businesses_that_are_not_loaded_are_503_and_no_wrong_answer(
    closed: str, session: ClientSession, credentials: Path
) -> None:
    async with door_without(closed, session, credentials, ready=False) as door:
        answer = await door.post("/twilio/voice", VOICE)
    assert (answer.status, answer.text) == (503, f"{Refusal.NOT_READY.sentence}\n")


@pytest.mark.parametrize("kafka", ["closed", "silent"])
async def test_with_a_spool_nobody_waits_long_and_nothing_is_refused(
    kafka: str, request: pytest.FixtureRequest, session: ClientSession, credentials: Path, tmp_path: Path
) -> None:
    address = request.getfixturevalue(kafka)
    with spool_in(tmp_path / "spool") as spool:
        async with door_without(address, session, credentials, ready=True, spool=spool) as door:
            first = await door.post("/twilio/voice", VOICE)
            later = [await door.post("/twilio/voice", VOICE) for _ in range(5)]
        assert {answer.status for answer in [first, *later]} == {200}
        assert first.seconds + sum(answer.seconds for answer in later) < 1  # none of them finds out about Kafka
        assert len(await all_of(spool)) == 6


async def test_a_full_spool_is_503_with_the_reason(
    closed: str, session: ClientSession, credentials: Path, tmp_path: Path
) -> None:
    with spool_in(tmp_path / "spool", limit=100) as spool:
        async with door_without(closed, session, credentials, ready=True, spool=spool) as door:
            answer = await door.post("/twilio/voice", VOICE)
    assert (answer.status, answer.text) == (503, f"{Refusal.SPOOL_FULL.sentence}\n")


async def test_a_disk_that_fails_is_503_with_the_reason_until_it_does_better(
    closed: str, session: ClientSession, credentials: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = installed(monkeypatch)
    with spool_in(tmp_path / "spool") as spool:
        async with door_without(closed, session, credentials, ready=True, spool=spool) as door:
            disk.broken = True
            answer = await door.post("/twilio/voice", VOICE)
            disk.broken = False
            assert (await door.post("/twilio/voice", VOICE)).status == 200
        assert (answer.status, answer.text) == (503, f"{Refusal.NOT_SPOOLED.sentence}\n")
        assert len(await all_of(spool)) == 1


async def test_a_disk_that_hangs_while_kafka_is_silent_is_503_within_a_second_and_a_half(
    silent: str, session: ClientSession, credentials: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = installed(monkeypatch)
    with spool_in(tmp_path / "spool") as spool:
        async with door_without(silent, session, credentials, ready=True, spool=spool) as door:
            disk.hung = threading.Event()
            first = await door.post("/twilio/voice", VOICE)  # the disk alone is asked, then Kafka before it
            later = await asyncio.gather(*(door.post("/twilio/voice", VOICE) for _ in range(5)))
            disk.hung.set()
    assert {(answer.status, answer.text) for answer in [first, *later]} == {(503, f"{Refusal.NOT_SPOOLED.sentence}\n")}
    assert max(answer.seconds for answer in [first, *later]) < 1.5


async def test_a_folder_that_cannot_be_had_is_503_while_kafka_is_away(
    closed: str, session: ClientSession, credentials: Path, tmp_path: Path
) -> None:
    (tmp_path / "volume").touch()
    spool = open_spool(tmp_path / "volume" / "spool", Cipher(SECRET), limit=BIG, clock=lambda: 0.0)
    async with door_without(closed, session, credentials, ready=True, spool=spool) as door:
        answer = await door.post("/twilio/voice", VOICE)
        (tmp_path / "volume").unlink()
        assert (await door.post("/twilio/voice", VOICE)).status == 200
    spool.close()
    assert (answer.status, answer.text) == (503, f"{Refusal.NOT_SPOOLED.sentence}\n")
