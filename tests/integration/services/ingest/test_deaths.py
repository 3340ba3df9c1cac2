"""Killed at any place, or without power from there on: what was answered with 2xx is in Kafka or on the disk."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.events import Outgoing
from runtime.records import RawRecord
from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.pages import read
from tests.integration.services.ingest.conftest import led
from tests.integration.services.ingest.deaths import power_cut
from tests.integration.services.ingest.process import SPOOL_KEY
from tests.integration.wire import Wire

_ROOT = Path(__file__).parents[4]
_CIPHER = Cipher(SPOOL_KEY.encode())


@pytest.fixture
def closed() -> Iterator[str]:
    """A port that refuses connections: bound, so that nobody else takes it, and not listened on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """What a life had answered with 2xx, and where it is found: by CallSid and MessageSid."""

    answered: frozenset[str]
    spooled: frozenset[str]
    after_power_cut: frozenset[str]


def subject(value: bytes) -> str:
    return str(json.loads(value)["subject"])


def spooled(folder: Path) -> frozenset[str]:
    records: list[Outgoing] = []
    for path in folder.glob("*.spool"):
        records += read(path.read_bytes(), _CIPHER).records
    return frozenset(subject(record.value) for record in records)


def looked_at(folder: Path) -> Death:
    """The dead one's folder as it is, then without all that was not synced."""
    answered = frozenset(folder.with_suffix(".said").read_text().split())
    before = spooled(folder)
    power_cut(folder, folder.with_suffix(".synced").read_text())
    return Death(answered=answered, spooled=before, after_power_cut=spooled(folder))


def said_by_the_dead(folder: Path) -> list[Path]:
    """Life by life; the last one came through alive."""
    return sorted(folder.glob("*.said"), key=lambda path: int(path.stem))


async def published(wire: Wire) -> frozenset[str]:
    found: list[RawRecord] = []
    for topic in (CALLS_INGESTED.name, MESSAGES_INGESTED.name):
        count = await wire.count(topic)
        found += await wire.heard_raw(topic, until=lambda records, count=count: len(records) >= count)  # type: ignore[misc] # mypy: lambda defaults
    return frozenset(subject(record.value) for record in found)


async def test_killed_at_each_place_it_comes_by_nothing_that_was_answered_is_missing(
    wire: Wire, closed: str, tmp_path: Path
) -> None:
    await led(wire)
    lives = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.services.ingest.mortal"),
        *(str(tmp_path), wire.stack.kafka, closed, wire.namespace),
        cwd=_ROOT,
        stderr=asyncio.subprocess.DEVNULL,  # each life reports that Kafka is away
    )
    assert await lives.wait() == 0
    deaths = [looked_at(said.with_suffix("")) for said in said_by_the_dead(tmp_path)]
    in_kafka = await published(wire)
    assert len(deaths) > 100
    assert len({len(death.answered) for death in deaths}) > 15  # they died all along the way
    assert len([death for death in deaths if death.spooled - in_kafka]) > 50
    alive = deaths[-1]
    assert len(alive.answered) == 18
    assert alive.answered <= in_kafka
    assert not alive.spooled
    for death in deaths:
        assert death.answered <= death.spooled | in_kafka
        assert death.answered <= death.after_power_cut | in_kafka
