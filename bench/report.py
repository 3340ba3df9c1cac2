"""The table with its bars, for a person to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench.figures import Spread
from bench.lines import Better, Line

_BAR: Final = 10  # characters that stand for a ratio of 1, the baseline
_LONGEST: Final = _BAR + 5
_WHOLE_NUMBERS_FROM: Final = 100


def table(title: str, lines: Sequence[Line]) -> Table:
    """Medians, and the least and the most in brackets. The mark in a bar is where the baseline stands."""
    drawn = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    drawn.add_column("")
    drawn.add_column("ours", justify="right")
    drawn.add_column("beside", justify="right")
    drawn.add_column("ratio", justify="right")
    drawn.add_column("", no_wrap=True)
    drawn.add_column("aim", no_wrap=True)
    for line in lines:
        name = f"{line.name}\n[dim]{line.unit}[/]"
        drawn.add_row(name, _figure(line.spread), _beside(line), _ratio(line), _bar(line), _target(line))
    return drawn


def _figure(spread: Spread) -> str:
    return f"{_number(spread.middle)}\n[dim]{_range(spread)}[/]"


def _beside(line: Line) -> str:
    spread = Spread.of(line.beside) if line.beside else None
    return f"{_number(spread.middle)}\n[dim]{line.baseline}[/]" if spread else ""


def _ratio(line: Line) -> str:
    return _figure(line.ratio) if line.ratio else ""


def _target(line: Line) -> str:
    if line.target is None:
        return ""
    sign = "≥" if line.better is Better.HIGHER else "≤"
    return f"{'[green]' if line.reached else '[red]'}{sign} {_number(line.target)}[/]"


def _bar(line: Line) -> str:
    return bar(line.ratio.middle) if line.ratio else ""


def bar(ratio: float) -> str:
    """A ratio of 1 fills up to the mark; far beyond it, an arrow says that it goes on."""
    filled = min(_LONGEST, round(ratio * _BAR))
    cells = ["█"] * filled + ["·"] * (_BAR - filled)
    if filled < _BAR:
        return f"{''.join(cells)}│"
    return f"{''.join(cells[:_BAR])}│{''.join(cells[_BAR:])}{'▶' if round(ratio * _BAR) > _LONGEST else ''}"


def _range(spread: Spread) -> str:
    return "" if spread.least == spread.most else f"{_number(spread.least)}-{_number(spread.most)}"


def _number(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= _WHOLE_NUMBERS_FROM else f"{figure:.3g}"
