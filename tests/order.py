"""The order of a run's files: those that keep the machine busy among those that mostly wait.

Side by side the busy ones would all come first, and take each other's time until one of them is too late.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

_BUSY = [Path(__file__).parent / name for name in ("drill", "chaos", "acceptance")]
# Done by then, as a part of the run: what is longest must not come last.
_BUSY_UNTIL = 0.7


def woven(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Each file stays whole; the same order in every process of a run."""
    by_path: dict[Path, list[pytest.Item]] = {}
    for item in items:
        by_path.setdefault(item.path, []).append(item)
    files = list(by_path.values())
    busy = [file for folder in _BUSY for file in files if file[0].path.is_relative_to(folder)]
    others = [file for file in files if not any(file[0].path.is_relative_to(folder) for folder in _BUSY)]
    placed = [(_BUSY_UNTIL * place / len(busy), file) for place, file in enumerate(busy)]
    placed += [(place / len(others), file) for place, file in enumerate(others)]
    return [item for _, file in sorted(placed, key=lambda at: at[0]) for item in file]
