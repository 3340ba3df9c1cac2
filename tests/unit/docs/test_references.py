"""Every file, function, test, link and make target that the papers name is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.unit.docs.papers import PAPERS, ROOT, examples, links, name_of, spans

FOLDERS = "bench|deploy|docs|local|missedcall|runtime|schemas|services|simulator|tests"
PLACE = re.compile(rf"(?P<file>(?:{FOLDERS})/[\w./-]+)(?:::?(?P<name>[\w.]+))?")
MAKE = re.compile(r"make ([a-z]+)")

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=name_of)


def defined(file: Path) -> set[str]:
    """Names as `Class.method`; what is imported is defined elsewhere."""
    return set(_names(ast.parse(file.read_text()), ""))


def _names(parent: ast.Module | ast.ClassDef, prefix: str) -> list[str]:
    found: list[str] = []
    for node in parent.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.append(prefix + name)
            case ast.ClassDef(name=name):
                found += [prefix + name, *_names(node, f"{prefix}{name}.")]
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                found.append(prefix + name)
    return found


def missing(span: str) -> str | None:
    """What of a span that looks like a place is not there."""
    place = PLACE.fullmatch(span)
    if place is None:
        return None
    file = ROOT / place["file"]
    if not file.exists():
        return span
    return span if place["name"] and place["name"] not in defined(file) else None


@each_paper
def test_every_file_function_and_test_that_is_named_exists(paper: Path) -> None:
    assert [gone for span in sorted(spans(paper)) if (gone := missing(span))] == []


@pytest.mark.parametrize(
    "span",
    [
        "runtime/nowhere.py",
        "runtime/documents.py:Documents.nothing",
        "tests/integration/runtime/test_crashes.py::test_nothing",
    ],
)
def test_a_place_that_is_not_there_is_found_out(span: str) -> None:
    assert missing(span) == span


@each_paper
def test_every_relative_link_leads_somewhere(paper: Path) -> None:
    relative = [link.partition("#")[0] for link in links(paper) if "://" not in link]
    assert [link for link in relative if not (paper.parent / link).exists()] == []


@each_paper
def test_every_make_target_that_is_named_exists(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {found[1] for text in (*spans(paper), *examples(paper)) if (found := MAKE.fullmatch(text))}
    assert named <= targets


def test_the_list_of_decisions_holds_every_page() -> None:
    folder = ROOT / "docs" / "decisions"
    assert links(folder / "README.md") >= {page.name for page in folder.glob("0*.md")}


def test_every_promise_of_the_terms_has_a_rule_and_a_test_or_is_open() -> None:
    lines = (ROOT / "docs" / "terms.md").read_text().splitlines()
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    promises = [cells for cells in table if cells[0] != "promise"]
    kept = [promise for promise, rule, test in promises if "::test_" in test and PLACE.search(rule)]
    still_open = [promise for promise, rule, _ in promises if rule.startswith("*open*")]
    assert len(promises) > 30
    assert sorted(promise for promise, _, _ in promises) == sorted([*kept, *still_open])


def test_the_page_on_motor_names_every_place_that_a_move_would_touch() -> None:
    """By file in the program, by file or folder in the tests."""
    named = {span.partition(":")[0] for span in spans(ROOT / "docs" / "decisions" / "001-motor.md")}
    folders = ("bench", "local", "missedcall", "runtime", "schemas", "services", "simulator", "tests/integration")
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    using = [name_of(file) for file in files if "from motor" in file.read_text()]
    assert len(using) > 5
    assert [file for file in using if file not in named and not any(file.startswith(f"{n}/") for n in named)] == []
