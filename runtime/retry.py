"""Waiting between tries: exponential, capped, with full jitter so that replicas do not come back in step."""

from __future__ import annotations

from collections.abc import Callable, Iterator


def full_jitter(uniform: Callable[[float, float], float], *, base: float, cap: float) -> Iterator[float]:
    """Seconds to wait before each further try, without end. `uniform` is random.uniform or a seeded one."""
    ceiling = base
    while True:
        yield uniform(0, ceiling)
        ceiling = min(cap, ceiling * 2)
