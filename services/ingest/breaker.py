"""Whether it is worth asking Kafka: a circuit breaker as a value, the time as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# What a caller waits, who hears silence meanwhile.
PATIENCE_SECONDS: Final = 1.0
# Between two tries of a Kafka that is away.
TRY_EVERY_SECONDS: Final = 2.0


class Circuit(StrEnum):
    """CLOSED: a caller may wait for it. SLOW: it answers, and takes longer than that. OPEN: it did not answer."""

    CLOSED = "closed"
    SLOW = "slow"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Times in seconds of a monotonic clock. Open at first: that Kafka is there is not known before it has answered.

    `epoch` grows with each change: what was tried before and is reported after says nothing about now.
    """

    circuit: Circuit = Circuit.OPEN
    epoch: int = 0
    until: float = 0.0

    @property
    def closed(self) -> bool:
        return self.circuit is Circuit.CLOSED

    def admits(self, now: float) -> bool:
        """Whether it is worth a try for whoever can wait."""
        return self.circuit is not Circuit.OPEN or now >= self.until

    def answered(self, epoch: int, *, seconds: float) -> Breaker:
        """After so many seconds. While it is closed a slow answer is one to many records at once."""
        circuit = Circuit.CLOSED if self.closed or seconds <= PATIENCE_SECONDS else Circuit.SLOW
        if epoch != self.epoch or circuit is self.circuit:
            return self
        return Breaker(circuit=circuit, epoch=epoch + 1)

    def failed(self, epoch: int, now: float) -> Breaker:
        """One failure is enough: it has cost a caller a second already."""
        if epoch != self.epoch:
            return self
        return Breaker(epoch=epoch + 1, until=now + TRY_EVERY_SECONDS)

    def due(self) -> Breaker:
        """Another topic has just answered: no need to wait with the next try."""
        return self if self.circuit is not Circuit.OPEN else Breaker(epoch=self.epoch)
