"""What every bench stands on: one stack for the whole run, a folder for logs, and how much to run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.lines import Line
from bench.scale import Scale
from local.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`folder` goes with the run, `keep` stays where figures are to be relied on; `tell` says what is being run."""

    stack: Stack
    folder: Path
    keep: Path
    scale: Scale
    tell: Callable[[str], None]


Measure = Callable[[Ground], Awaitable[Sequence[Line]]]
FoundT = TypeVar("FoundT")
Run = Callable[[int], Awaitable[FoundT]]  # in this round


async def alternated(ground: Ground, rounds: int, runs: Mapping[str, Run[FoundT]]) -> dict[str, tuple[FoundT, ...]]:
    """What each round found, for each. Every second round goes backwards: what drifts meets all of them alike."""
    found: dict[str, list[FoundT]] = {name: [] for name in runs}
    for number in range(rounds):
        names = list(runs) if number % 2 == 0 else [*runs][::-1]
        for name in names:
            ground.tell(f"round {number + 1} of {rounds}: {name}")
            found[name].append(await runs[name](number))
    return {name: tuple(each) for name, each in found.items()}
