"""Replay: the record as it was, byte for byte, back to the partition that it came from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError

from missedcall.dead_letters.letters import Letter, headers_of_replay
from missedcall.dead_letters.outcomes import Outcome, Result, result_of

_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 3.0
_PUBLISH_SECONDS: Final = 30.0
_REQUEST_MS: Final = 10_000
# A dead letter's record may be as large as a broker takes, and a header larger.
_REQUEST_BYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayer:
    producer: Any
    namespace: str

    async def replay(self, letters: Sequence[Letter], *, now: datetime) -> list[Result]:
        """Handed over in their order, so those of one partition keep it; what is acknowledged counts, one by one."""
        sending: dict[str, asyncio.Future[Any]] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(_PUBLISH_SECONDS):
                for letter in letters:
                    sending[letter.id] = await self._handed_over(letter, now)
                await asyncio.gather(*sending.values(), return_exceptions=True)
        return [_became(letter, sending.get(letter.id)) for letter in letters]

    async def _handed_over(self, letter: Letter, now: datetime) -> asyncio.Future[Any]:
        record, headers = letter.record, headers_of_replay(letter, now=now)
        # The client takes no record without both key and value; consumers read an empty value the same way.
        value = record.value_bytes if record.key_bytes is not None else record.value_bytes or b""
        topic = self.namespace + record.topic
        try:
            sending: asyncio.Future[Any] = await self.producer.send(
                topic, value, key=record.key_bytes, partition=record.partition, headers=headers
            )
        except KafkaError as error:
            sending = asyncio.get_running_loop().create_future()
            sending.set_exception(error)
        return sending


@asynccontextmanager
async def replayer(bootstrap: str, *, namespace: str) -> AsyncIterator[Replayer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id="missedcall-dead-letters",
        enable_idempotence=True,
        acks="all",
        linger_ms=5,
        max_request_size=_REQUEST_BYTES,
        request_timeout_ms=_REQUEST_MS,
    )
    try:
        await _started(producer)
        yield Replayer(producer=producer, namespace=namespace)
    finally:
        with suppress(TimeoutError):  # it would wait for a broker that is away for as long as that takes
            async with asyncio.timeout(_STOP_SECONDS):
                await producer.stop()


async def _started(producer: Any) -> None:
    try:
        async with asyncio.timeout(_START_SECONDS):
            await producer.start()
    except TimeoutError as error:
        raise KafkaTimeoutError(f"no producer was made within {_START_SECONDS:.0f} s") from error


def _became(letter: Letter, sending: asyncio.Future[Any] | None) -> Result:
    if sending is None or sending.cancelled():  # when the time was over
        return result_of(letter, Outcome.FAILED, "not acknowledged in time")
    if error := sending.exception():
        return result_of(letter, Outcome.FAILED, type(error).__name__)
    place = sending.result()
    return result_of(letter, Outcome.REPLAYED, f"{letter.record.topic}/{place.partition}/{place.offset}")
