"""Which trouble comes when, and which texts are sent meanwhile: all of it from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import cycle, islice
from random import Random
from typing import Final

from tests.chaos.faults import BEHAVIOURS
from tests.chaos.owed import Owed
from tests.chaos.steps import LABELS


@unique
class Kind(StrEnum):
    KILL = "SIGKILL"
    SLEEP = "SIGSTOP past the lease"
    TWIN = "SIGSTOP, and a twin"
    CUT = "cut off"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`where`: a labelled step; what is cut off."""

    kind: Kind
    where: str

    @property
    def name(self) -> str:
        return f"{self.kind} {self.where}"


@dataclass(frozen=True, slots=True)
class Wave:
    """One trouble, and the texts that are owed from its beginning."""

    trouble: Trouble
    texts: tuple[Owed, ...]


KILLS: Final = tuple(Trouble(Kind.KILL, label) for label in LABELS)
SLEEPS: Final = tuple(Trouble(Kind.SLEEP, label) for label in LABELS)
TWINS: Final = tuple(Trouble(Kind.TWIN, label) for label in ("before Messages.post", "before Recorder.record"))
CUTS: Final = tuple(Trouble(Kind.CUT, what) for what in ("MongoDB", "Kafka", "Twilio"))
_FEW: Final = 4


def whole(seed: int, texts: int) -> list[Wave]:
    return _waves(Random(seed), [*KILLS, *SLEEPS, *TWINS, *CUTS], texts)


def short(seed: int, texts: int) -> list[Wave]:
    """A few kills and one each of what takes its time: others with each seed."""
    random = Random(seed)
    return _waves(random, [*random.sample(KILLS, k=_FEW), random.choice(SLEEPS), random.choice(CUTS)], texts)


def _waves(random: Random, troubles: Sequence[Trouble], texts: int) -> list[Wave]:
    """Half of each wave's texts are the trouble's own; the other half meets it and a misbehaving Twilio as well."""
    troubles = random.sample(troubles, k=len(troubles))
    behaviours = cycle(random.sample(sorted(BEHAVIOURS), k=len(BEHAVIOURS)))
    numbers = iter(range(1, texts + 1))
    waves = []
    for place, trouble in enumerate(troubles, start=1):
        size = texts * place // len(troubles) - texts * (place - 1) // len(troubles)
        rows = [trouble.name if n % 2 else next(behaviours) for n in range(size)]
        mixed = random.sample(rows, k=size)
        waves.append(
            Wave(trouble, tuple(Owed(number=n, row=row) for n, row in zip(islice(numbers, size), mixed, strict=True)))
        )
    return waves
