"""Whether it is worth asking Kafka: a circuit breaker as a value, the time as an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

# Between two probes of a Kafka that is away. A probe that nobody reports on (its task was cancelled) is given up
# after as long, which is more than the second that a probe may take.
PROBE_EVERY_SECONDS: Final = 2.0


class Circuit(StrEnum):
    """CLOSED: all is tried. OPEN: nothing is. PROBING: one is on its way to find out, and nothing else."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Times in seconds of a monotonic clock.

    `epoch` grows at each opening and each probe: what was tried before and is reported after says nothing about now.
    """

    circuit: Circuit = Circuit.CLOSED
    epoch: int = 0
    until: float = 0.0

    def admits(self, now: float) -> bool:
        return self.circuit is Circuit.CLOSED or now >= self.until

    def tried(self, now: float) -> Breaker:
        """Asked by whoever was admitted, and reports under the epoch that comes of it."""
        if self.circuit is Circuit.CLOSED:
            return self
        return Breaker(circuit=Circuit.PROBING, epoch=self.epoch + 1, until=now + PROBE_EVERY_SECONDS)

    def succeeded(self, epoch: int) -> Breaker:
        probed = self.circuit is not Circuit.CLOSED and epoch == self.epoch
        return replace(self, circuit=Circuit.CLOSED) if probed else self

    def failed(self, epoch: int, now: float) -> Breaker:
        """One failure is enough: it has cost a caller a second already."""
        if epoch != self.epoch:
            return self
        return Breaker(circuit=Circuit.OPEN, epoch=epoch + 1, until=now + PROBE_EVERY_SECONDS)
