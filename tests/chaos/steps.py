"""The labelled steps between claim and publish, found in the sender from outside: it carries no hooks of ours."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from runtime.publish import Publisher
from services.sender.posting import Poster
from services.sender.recorder import Recorder
from services.sender.state import Ledger
from services.sender.twilio import Messages
from tests.chaos.traps import Traps


@dataclass(frozen=True, slots=True)
class Step:
    """A method of the send path; a process may die right before it and right after it."""

    owner: type
    method: str

    @property
    def name(self) -> str:
        return f"{self.owner.__name__}.{self.method}"


# In the order in which one text comes by.
STEPS: Final = (
    Step(Ledger, "open"),
    Step(Ledger, "claim"),
    Step(Poster, "post"),  # begins with the last look
    Step(Messages, "post"),
    Step(Recorder, "record"),
    Step(Ledger, "apply"),
    Step(Publisher, "publish"),
    Step(Ledger, "published"),
)
LABELS: Final = tuple(f"{edge} {step.name}" for step, edge in product(STEPS, ("before", "after")))


def instrument(traps: Traps) -> None:
    """In this process, from now on. Raises AttributeError where a step is not called that any more."""
    for step in STEPS:
        setattr(step.owner, step.method, _trapped(getattr(step.owner, step.method), step.name, traps))


def _trapped(method: Callable[..., Awaitable[Any]], name: str, traps: Traps) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(method)
    async def between_traps(self: Any, *args: Any, **kwargs: Any) -> Any:
        # Idle rounds call some steps with nothing in hand: dying there would show nothing.
        in_hand = not args or bool(args[0])
        if in_hand:
            traps.spring(f"before {name}")
        result = await method(self, *args, **kwargs)
        if in_hand:
            traps.spring(f"after {name}")
        return result

    return between_traps
