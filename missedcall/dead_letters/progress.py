"""A bar while many dead letters are read, on standard error, where somebody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from missedcall.dead_letters.reading import Progress

# Fewer are read before a bar would be seen.
_WORTH_A_BAR: Final = 2_000


@contextmanager
def shown_reading() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("dead letters read", visible=False)

        def advanced(read: int, total: int) -> None:
            bar.update(task, completed=read, total=total, visible=total >= _WORTH_A_BAR)

        yield advanced
