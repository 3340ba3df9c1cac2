"""The benches by name, in the order in which a full run takes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bench.benches import audit, chain, growth, ingest, latency, memory, profile, sender, stage
from bench.ground import Measure

# Longer than a run of all may take, or of no figure: only where they are named.
BY_NAME_ONLY: Final = frozenset({"memory", "profile"})

BENCHES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "ingest": ingest.measure,
        "stage": stage.measure,
        "sender": sender.measure,
        "audit": audit.measure,
        "latency": latency.measure,
        "chain": chain.measure,
        "growth": growth.measure,
        "memory": memory.measure,
        "profile": profile.measure,
    }
)
