"""The papers, and what they name: code spans, links, tables, shell examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
README: Final = ROOT / "README.md"
SETTINGS: Final = ROOT / "docs" / "settings.md"
PAPERS: Final = (
    README,
    ROOT / "CHANGELOG.md",
    ROOT / "simulator" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)

_FENCE: Final = re.compile(r"^\s*```.*?^\s*```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_EXAMPLE: Final = re.compile(r"^\s*\$ (.+)$", re.MULTILINE)
_ROW: Final = re.compile(r"^\| (.+) \|$", re.MULTILINE)


def name_of(paper: Path) -> str:
    return str(paper.relative_to(ROOT))


def spans(paper: Path) -> set[str]:
    """What stands in backticks in the prose and in the tables."""
    return set(_SPAN.findall(_FENCE.sub("", paper.read_text())))


def links(paper: Path) -> set[str]:
    return set(_LINK.findall(_FENCE.sub("", paper.read_text())))


def examples(paper: Path) -> list[str]:
    """Command lines, as somebody would type them."""
    return _EXAMPLE.findall(paper.read_text())


def sections(paper: Path) -> dict[str, str]:
    """By heading of the second level."""
    parts = re.split(r"^## (.+)$", paper.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> Iterator[list[str]]:
    """Of its tables, without their heads."""
    for row in _ROW.findall(section):
        cells = [cell.strip() for cell in row.split(" | ")]
        if cells[0].startswith("`"):
            yield cells
