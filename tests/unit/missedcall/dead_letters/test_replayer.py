"""A replay says of each letter what became of it, whatever the broker does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from missedcall.dead_letters import replayer as replayer_module
from missedcall.dead_letters.memory import Replays
from missedcall.dead_letters.outcomes import Outcome, refusal
from missedcall.dead_letters.replayer import Replayer
from tests.unit.missedcall.dead_letters.letters import START, letter

BEFORE = Replays(times=1, last=START, places=["calls.ingested.v1/0/9"])


class Place(NamedTuple):
    partition: int
    offset: int


class Broker:
    """Answers each record of an offset as it is told to; of the others it says nothing."""

    def __init__(self, **answers: Any) -> None:
        self._answers = {b"%d" % int(name[1:]): answer for name, answer in answers.items()}

    async def send(self, _topic: str, value: bytes, **_: Any) -> asyncio.Future[Place]:
        answer = self._answers.get(value)
        if isinstance(answer, MessageSizeTooLargeError):
            raise answer
        sending: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        if isinstance(answer, Exception):
            sending.set_exception(answer)
        elif answer is not None:
            sending.set_result(Place(0, answer))
        return sending


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replayer_module, "_PUBLISH_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")
async def test_what_the_broker_does_not_take_has_failed_and_the_others_are_replayed() -> None:
    broker = Broker(_1=41, _2=KafkaTimeoutError(), _3=MessageSizeTooLargeError(), _5=42)
    letters = [letter(number, value=b"%d" % number) for number in range(1, 6)]
    results = await Replayer(producer=broker, namespace="").replay(letters, now=START)
    assert [(result.outcome, result.detail, result.attempt) for result in results] == [
        (Outcome.REPLAYED, "calls.ingested.v1/0/41", 2),
        (Outcome.FAILED, "KafkaTimeoutError", 1),
        (Outcome.FAILED, "MessageSizeTooLargeError", 1),
        (Outcome.FAILED, "not acknowledged in time", 1),
        (Outcome.REPLAYED, "calls.ingested.v1/0/42", 2),
    ]


@pytest.mark.parametrize(
    ("replays", "again", "force", "outcome"),
    [
        pytest.param(None, False, False, Outcome.UNREADABLE, id="unreadable"),
        pytest.param(None, False, True, None, id="unreadable, and forced"),
        pytest.param(BEFORE, False, True, Outcome.BEFORE, id="replayed before"),
        pytest.param(BEFORE, True, True, None, id="replayed before, and again"),
        pytest.param(BEFORE, True, False, Outcome.UNREADABLE, id="again, and unreadable"),
    ],
)
def test_why_a_letter_is_not_replayed(
    replays: Replays | None, *, again: bool, force: bool, outcome: Outcome | None
) -> None:
    refused = refusal(letter(value=b"{"), replays, again=again, force=force)
    assert (refused.outcome if refused else None) is outcome


def test_what_was_replayed_before_says_when_and_where_to() -> None:
    later = Replays(times=2, last=START + timedelta(hours=1), places=["t/0/1", "t/0/2"])
    refused = refusal(letter(), later, again=False, force=False)
    assert refused is not None
    assert refused.detail == "2026-03-02T16:00:00+00:00 to t/0/2"
