"""An answer waits until Kafka has the message, its time is up, or nobody tries any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from runtime.errors import TooLarge
from runtime.events import Outgoing
from services.ingest import unheard
from services.ingest.unheard import Unheard

MESSAGE = Outgoing(topic="messages.ingested.v1", key="c", id="1", value=b"{}")


@dataclass
class Kafka:
    """Answers each try with what is next; away when nothing is left. Counts the tries."""

    answers: list[bool | Exception] = field(default_factory=list)
    tries: int = 0

    def admits(self, _: str) -> bool:
        return bool(self.answers)

    async def takes(self, _: list[Outgoing], *, within: float) -> bool:
        assert within > 0
        self.tries += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unheard, "_LOOK_SECONDS", 0.001)


@asynccontextmanager
async def trying(kafka: Kafka) -> AsyncIterator[Unheard]:
    waiting = Unheard(kafka)
    running = asyncio.ensure_future(waiting.run())
    await asyncio.sleep(0)
    try:
        yield waiting
    finally:
        running.cancel()
        await asyncio.wait([running])


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        pytest.param([True], 1, id="at the first try"),
        pytest.param([False, False, True], 3, id="as soon as it takes it"),
        pytest.param([TooLarge("too large")], 1, id="what it never takes is not waited for"),
    ],
)
async def test_it_is_heard_when_kafka_has_it(answers: list[bool | Exception], tries: int) -> None:
    kafka = Kafka(answers)
    async with trying(kafka) as waiting:
        assert await waiting.heard(MESSAGE, within=30) is True
    assert kafka.tries == tries


async def test_a_kafka_that_is_away_is_waited_for_as_long_as_there_is_time_and_not_tried() -> None:
    kafka = Kafka()
    async with trying(kafka) as waiting:
        assert await waiting.heard(MESSAGE, within=0.02) is False
    assert kafka.tries == 0


async def test_whoever_waits_is_let_go_when_nobody_tries_any_more_and_who_comes_then_does_not_wait() -> None:
    async with trying(Kafka()) as waiting:
        asking = asyncio.ensure_future(waiting.heard(MESSAGE, within=30))
        await asyncio.sleep(0)
    assert await asking is False
    assert await waiting.heard(MESSAGE, within=30) is False


async def test_no_more_wait_than_leave_connections_for_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unheard, "_MOST_WAITING", 1)
    async with trying(kafka := Kafka()) as waiting:
        first = asyncio.ensure_future(waiting.heard(MESSAGE, within=30))
        await asyncio.sleep(0)
        assert await waiting.heard(MESSAGE, within=30) is False
        kafka.answers.append(True)
        assert await first is True
