"""A batch at a time: validate each record, handle, publish what came of it, and only then count it as handled.

FastStream brings the batches (NACK_ON_ERROR: an exception means that nothing is committed and they come again). What
it leaves to us is here: waiting while a store or broker is away, finding the one record that breaks a batch, and
letting go when the partitions are taken away.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import uniform

from aiokafka import ConsumerRecord

from runtime import metrics
from runtime.dead_letters import DeadLetters, reason_of
from runtime.errors import Revoked, Unable, is_of_this_machine, is_transient
from runtime.events import Outgoing
from runtime.parts import each, in_parts
from runtime.publish import Publisher, check_sizes
from runtime.records import Parse, RawRecord, Record, Rejected, read
from runtime.retry import full_jitter
from runtime.tasks import uncancelled

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[Record]], Awaitable[Sequence[Outgoing]]]

# Less than any poll interval: past it the batch goes back to the broker and comes again, for as long as it takes.
RETRY_SECONDS = 20.0


@dataclass(slots=True, kw_only=True)
class Consumption:
    """What is done with each batch of one service."""

    parsers: Mapping[str, Parse]
    handler: Handler
    publisher: Publisher
    dead_letters: DeadLetters
    on_fatal: Callable[[BaseException], None]
    namespace: str = ""
    retry_seconds: float = RETRY_SECONDS
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """The batch in hand is tried no more, should it fail; the next one, of a new assignment, is."""
        self._released.set()
        self._released = asyncio.Event()

    async def on_batch(self, batch: Sequence[ConsumerRecord]) -> None:
        """Returns when everything that the batch caused is stored and published; raises when it must come again."""
        started = time.monotonic()
        raw = [RawRecord.of(record, namespace=self.namespace) for record in batch]
        try:
            await self._patiently(raw)
        except Exception as error:
            if not is_transient(error) and not isinstance(error, Revoked):
                self.on_fatal(error)
            raise
        metrics.BATCH_SECONDS.observe(time.monotonic() - started)
        metrics.BATCH_RECORDS.observe(len(raw))
        for topic, count in Counter(record.topic for record in raw).items():
            metrics.RECORDS.labels(topic).inc(count)

    async def _patiently(self, raw: Sequence[RawRecord]) -> None:
        """Tries again while a store or the broker is away, and gives up after a bounded time or on revocation."""
        released = self._released
        deadline = time.monotonic() + self.retry_seconds
        waits = full_jitter(uniform, base=0.05, cap=2.0)
        while True:
            wait = next(waits)
            try:
                await uncancelled(lambda: each(in_parts(raw), self._once))
            except Exception as error:
                if not is_transient(error):
                    raise
                if time.monotonic() + wait > deadline:
                    _raise_if_of_this_machine(error, records=len(raw))
                    raise
                metrics.RETRIES.inc()
                log.warning("batch tried again", extra={"action": "batch_retried", "why": type(error).__name__})
                with suppress(TimeoutError):
                    await asyncio.wait_for(released.wait(), wait)
                if released.is_set():
                    raise Revoked(f"{len(raw)} records are somebody else's now") from error
            else:
                return

    async def _once(self, raw: Sequence[RawRecord]) -> None:
        good, rejected = read(raw, self.parsers, reason_of)
        outgoing, broken = await self._handled(good)
        rejected += broken
        letters = await self.dead_letters.accept(rejected)
        await self.publisher.publish([*outgoing, *letters])
        for bad in rejected:
            metrics.DEAD_LETTERS.labels(bad.record.topic).inc()

    async def _handled(self, records: Sequence[Record]) -> tuple[Sequence[Outgoing], Sequence[Rejected]]:
        """What the records cause. One that breaks the handler is found by halving, the others are unharmed by it."""
        if not records:
            return [], []
        try:
            outgoing = await self.handler(records)
            check_sizes(outgoing)
        except Exception as error:
            if is_transient(error):
                raise
            if len(records) == 1:
                log.exception("record rejected", extra={"action": "record_rejected", "topic": records[0].raw.topic})
                return [], [Rejected(record=records[0].raw, reason=reason_of(error))]
        else:
            return outgoing, []
        half = len(records) // 2
        first, first_broken = await self._handled(records[:half])
        second, second_broken = await self._handled(records[half:])
        return [*first, *second], [*first_broken, *second_broken]


def _raise_if_of_this_machine(error: Exception, *, records: int) -> None:
    """Who is away is waited for, by asking for the batch again. What is wrong right here, somebody must mend."""
    if is_of_this_machine(error):
        raise Unable(f"{records} records wait for this machine to be mended, then start again: {error}") from error
