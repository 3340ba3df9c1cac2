"""How much is run: in full for figures, quick to see that all of it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """`rounds`: of alternating runs. `records`, `requests`, `texts`: in each run. Rates are calls a second."""

    rounds: int
    warm_up: int
    records: int
    requests: int
    texts: int
    rates: tuple[int, ...]
    open_seconds: float
    first_rate: int
    chain_seconds: float
    chain_steps: int
    populations: tuple[int, ...]
    growth_records: int
    growth_rounds: int
    replicas: tuple[int, ...]
    endurance_seconds: float
    profile_seconds: float


FULL: Final = Scale(
    rounds=3,
    warm_up=1_000,
    records=6_000,
    requests=6_000,
    texts=1_000,
    rates=(10, 100, 300),
    open_seconds=4,
    first_rate=50,
    chain_seconds=6,
    chain_steps=7,
    populations=(10_000, 100_000, 1_000_000),
    growth_records=4_000,
    growth_rounds=2,
    replicas=(1, 2, 4),
    endurance_seconds=600,
    profile_seconds=10,
)
QUICK: Final = Scale(
    rounds=1,
    warm_up=20,
    records=100,
    requests=60,
    texts=40,
    rates=(10,),
    open_seconds=1,
    first_rate=10,
    chain_seconds=1,
    chain_steps=1,
    populations=(100, 200),
    growth_records=100,
    growth_rounds=1,
    replicas=(1, 2),
    endurance_seconds=2,
    profile_seconds=1,
)
