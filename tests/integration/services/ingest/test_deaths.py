"""Killed at any line, or without power from there on: what was answered with 2xx is in Kafka in the end."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.records import RawRecord
from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED
from tests.integration.services.ingest.conftest import led
from tests.integration.wire import Wire
from tests.seeds import chosen_seed

_ROOT = Path(__file__).parents[4]
# Of some 560 places, others each time; `make chaos` dies at each of them several times.
_DEATHS = int(os.environ.get("DEATHS", "240"))


@pytest.fixture
def closed() -> Iterator[str]:
    """A port that refuses connections: bound, so that nobody else takes it, and not listened on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


async def published(wire: Wire) -> frozenset[str]:
    """CallSids and MessageSids."""
    found: list[RawRecord] = []
    for topic in (CALLS_INGESTED.name, MESSAGES_INGESTED.name):
        count = await wire.count(topic)
        found += await wire.heard_raw(topic, until=lambda records, count=count: len(records) >= count)  # type: ignore[misc] # mypy: lambda defaults
    return frozenset(str(json.loads(record.value)["subject"]) for record in found)


async def test_killed_at_each_place_it_comes_by_nothing_that_was_answered_is_missing(
    wire: Wire, closed: str, tmp_path: Path
) -> None:
    """CHAOS_SEED repeats a run, but for what the system does in its own order."""
    await led(wire)
    lives = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.services.ingest.mortal"),
        *(str(tmp_path), wire.stack.kafka, closed, wire.namespace, str(chosen_seed()), str(_DEATHS)),
        cwd=_ROOT,
        stderr=asyncio.subprocess.DEVNULL,  # each life reports that Kafka is away
    )
    assert await lives.wait() == 0
    died = (tmp_path / "deaths").read_text().splitlines()
    assert len(died) > 0.9 * _DEATHS
    for file in ("recorder", "guarded", "spool/group", "spool/writer", "spool/segments", "spool/drain"):
        assert any(f"services/ingest/{file}.py" in place for place in died)
    assert len(list((tmp_path / "spool").glob("*.aside"))) > 3  # torn pieces, which nobody was told of
    answered = set((tmp_path / "said").read_text().split())
    assert len(answered) > 2 * _DEATHS
    assert answered <= await published(wire)
    assert not list((tmp_path / "spool").glob("*.spool"))
