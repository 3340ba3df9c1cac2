"""Many records for one stage. `run` tells one round's calls from another's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from bench.samples.events import decided, ingested, screened
from bench.samples.parties import Caller
from runtime.events import Outgoing

Make = Callable[[Caller], Outgoing]

MADE_FOR: Final[Mapping[str, Make]] = MappingProxyType(
    {
        "decider": lambda caller: Outgoing.of(ingested(caller)),
        "compliance": lambda caller: decided(caller)[1],
        "sender": lambda caller: Outgoing.of(screened(caller)),
    }
)


@lru_cache(maxsize=4)
def records_for(service: str, count: int, run: int, *, first: int = 0) -> tuple[Outgoing, ...]:
    """One a caller, each in a conversation of its own; the callers from number `first` on. Making them takes as long as
    handling them, so they are kept for whoever is measured next by the same ones.
    """
    make = MADE_FOR[service]
    return tuple(make(Caller(index=index, run=run)) for index in range(first, first + count))
