"""What the commands that try to break it have in common: a seed that repeats them, and a report that is their exit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from random import SystemRandom
from typing import Final, NoReturn, Protocol

from rich.console import Console

_SEEDS: Final = 1_000_000


class Report(Protocol):
    """Good where there are no problems."""

    @property
    def problems(self) -> Sequence[str]: ...

    def as_json(self) -> str: ...

    def show(self, console: Console) -> None: ...


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(prog=f"python -m tests.{name}", description=description)
    asked.add_argument("--seed", type=int, help="of an earlier run; by default another one each time")
    asked.add_argument("--json", action="store_true", help="for machines")
    return asked


def seed_of(name: str, asked: argparse.Namespace) -> int:
    """Said before the run: whatever becomes of it, it can be had again."""
    seed: int = SystemRandom().randrange(_SEEDS) if asked.seed is None else asked.seed
    say(name, f"seed {seed}; `make {name} SEED={seed}` repeats this run")
    return seed


def say(name: str, what: str) -> None:
    """For people who wait; what is for machines goes to the other stream."""
    print(f"{name}: {what}", file=sys.stderr, flush=True)


def end(report: Report, asked: argparse.Namespace, *, width: int) -> NoReturn:
    """`width`: in characters, where nobody says how many there are."""
    if asked.json:
        print(report.as_json())
    else:
        report.show(Console() if sys.stdout.isatty() else Console(width=width))
    sys.exit(bool(report.problems))
