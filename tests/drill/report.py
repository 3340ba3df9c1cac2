"""A row for each trouble: what became of the calls that came meanwhile; and whether any was lost or texted twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from rich.console import Console
from rich.table import Table

from tests.drill.books import Story
from tests.drill.callers import Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Of one call. `texts`: from the business that its caller got in the end."""

    ended: Ended
    story: Story
    texts: int

    @property
    def doubled(self) -> bool:
        """More than one text, or one that nobody was owed."""
        return self.texts > (1 if self.ended.missed else 0)

    @property
    def wrong(self) -> str | None:
        """What is wrong with it, for whoever looks into it."""
        if not (self.lost or self.doubled):
            return None
        owed = "missed" if self.ended.missed else "answered"
        said = [self.story.verdict, self.story.reason, self.story.screening, *sorted(self.story.fates)]
        told = ", ".join(word.value for word in said if word) or "nothing"
        return f"call {self.ended.called.sid}, {owed}: {self.texts} texts, and what was said of it: {told}"

    @property
    def lost(self) -> bool:
        """Never decided; or owed a text that was not sent, and nothing says so."""
        if self.story.verdict is None:
            return True
        return self.ended.missed and not self.texts and not self.story.withheld_for_a_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`withheld`: owed, not sent, and known to be so. `worst` and `backlog` in seconds."""

    trouble: str
    calls: int
    decided: int
    owed: int
    texted: int
    withheld: int
    doubled: int
    lost: int
    worst: float
    backlog: float


def row(trouble: str, fates: Sequence[Fate], *, backlog: float) -> Row:
    owed = [fate for fate in fates if fate.ended.missed]
    return Row(
        trouble=trouble,
        calls=len(fates),
        decided=sum(fate.story.verdict is not None for fate in fates),
        owed=len(owed),
        texted=sum(fate.texts > 0 for fate in owed),
        withheld=sum(not fate.texts and fate.story.withheld_for_a_reason for fate in owed),
        doubled=sum(fate.doubled for fate in fates),
        lost=sum(fate.lost for fate in fates),
        worst=max((fate.ended.worst for fate in fates), default=0.0),
        backlog=backlog,
    )


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
            table.add_column(field.name, justify="right" if number else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*(f"{v:.2f}" if isinstance(v, float) else str(v) for v in asdict(row).values()))
        console.print(table)
        for problem in self.problems:
            console.print(f"WRONG  {problem}", style="red")
