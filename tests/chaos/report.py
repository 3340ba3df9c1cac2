"""The table by fault, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from rich.console import Console
from rich.table import Table

from services.sender.entry import State
from tests.chaos.crash_run import Crashes
from tests.chaos.verdict import Fate, Row, reasons, row, rows, violations

_LEAST_ACCEPTED: Final = 0.99
_SHARE_COUNTS_FROM: Final = 500  # texts: of fewer, what a single kill strands is a share of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`at_random`: the texts of the run with kills at random moments. `fell`: senders that ended by themselves."""

    seed: int
    scheduled: Sequence[Fate]
    at_random: Sequence[Fate]
    killed: int
    fell: int
    crashes: Crashes | None = None

    @property
    def rows(self) -> list[Row]:
        return [*rows(self.scheduled), *rows(self.at_random)]

    @property
    def total(self) -> Row:
        return row("all", [*self.scheduled, *self.at_random])

    @property
    def reasons(self) -> Mapping[tuple[State, str], int]:
        return reasons([*self.scheduled, *self.at_random])

    @property
    def problems(self) -> list[str]:
        found = [*violations(self.scheduled), *violations(self.at_random)]
        found += self.crashes.problems if self.crashes else []
        owed, accepted = len(self.at_random), row("", self.at_random).accepted
        if owed >= _SHARE_COUNTS_FROM and accepted < _LEAST_ACCEPTED * owed:
            found.append(f"killed at random moments: only {accepted} of {owed} were accepted")
        return found

    def as_json(self) -> str:
        shown = {
            "ok": not self.problems,
            "seed": self.seed,
            "killed": self.killed,
            "fell": self.fell,
            "crash_points": len(self.crashes.deaths) if self.crashes else None,
            "rows": [asdict(each) for each in self.rows],
            "total": asdict(self.total),
            "reasons": [
                {"state": state, "reason": why, "texts": count} for (state, why), count in self.reasons.items()
            ],
            "problems": self.problems,
        }
        return json.dumps(shown, indent=2)

    def show(self, console: Console) -> None:
        table = Table(title=f"Chaos, seed {self.seed}: what became of the texts that were owed")
        for number, field in enumerate(fields(Row)):
            table.add_column(field.name, justify="right" if number else "left", no_wrap=True)
        for each in [*self.rows, self.total]:
            table.add_row(*(str(value) for value in asdict(each).values()), end_section=each is self.rows[-1])
        console.print(table)
        for (state, why), count in sorted(self.reasons.items()):
            console.print(f"{count:5} {state}: {why}")
        console.print(f"{self.killed} senders were killed in the storm, and {self.fell} ended by themselves.")
        if self.crashes:
            points, missed = len(self.crashes.points), len(self.crashes.missed)
            console.print(f"{points} places to die were found on a text's way, and {points - missed} were died at.")
        for problem in self.problems:
            console.print(f"WRONG  {problem}", style="red")
