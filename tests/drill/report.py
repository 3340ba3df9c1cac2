"""A game day for people and for machines: a row for each trouble, and all that was wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.drill.rows import Row

_HEADINGS: Final = {
    "after_stop": "after\nSTOP",
    "not_taken": "not\ntaken",
    "voice_p99": "voice\np99",
    "voice_worst": "voice\nworst",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    seed: int
    rows: Sequence[Row]
    problems: Sequence[str]

    def and_then(self, other: Report) -> Report:
        """Both as one day."""
        return Report(seed=self.seed, rows=[*self.rows, *other.rows], problems=[*self.problems, *other.problems])

    def as_json(self) -> str:
        shown = {"ok": not self.problems, "seed": self.seed, "rows": [asdict(row) for row in self.rows]}
        return json.dumps(shown | {"problems": self.problems}, indent=2)

    def show(self, console: Console) -> None:
        table = Table(title=f"Game day, seed {self.seed}: what became of the calls that came meanwhile")
        for number, field in enumerate(fields(Row)):
            heading = _HEADINGS.get(field.name, field.name)
            table.add_column(heading, justify="right" if number else "left", no_wrap=bool(number))
        for row in self.rows:
            table.add_row(*(f"{v:.2f}" if isinstance(v, float) else str(v) for v in asdict(row).values()))
        console.print(table)
        for problem in self.problems:
            console.print(f"WRONG  {problem}", style="red")


def line(row: Row) -> str:
    """A row as it ends; what comes late to it stands in the table at the end of the day."""
    told = f"{row.calls} calls, {row.owed} owed, {row.texted} texted, {row.withheld} withheld, {row.doubled} doubled"
    stops = f"{row.stops} STOPs, {row.not_taken} not taken, {row.unheard} unheard, {row.after_stop} texted after"
    return f"{told}, {row.lost} lost; {stops}; voice p99 {row.voice_p99:.2f} s, backlog {row.backlog:.1f} s"
