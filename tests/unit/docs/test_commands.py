"""The README's commands are those of the program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from missedcall.cli import app
from tests.unit.docs.papers import PAPERS, README, examples, name_of, rows, sections, spans

OPTION = re.compile(r"`(--[a-z-]+)`")


def commands(group: Any, name: str) -> Iterator[tuple[str, set[str]]]:
    """Each with its options."""
    if not hasattr(group, "list_commands"):
        yield name, {option for parameter in group.params for option in parameter.opts}
        return
    for part in group.list_commands(None):
        yield from commands(group.get_command(None, part), f"{name} {part}")


COMMANDS = dict(commands(typer.main.get_command(app), "missedcall"))
TABLE = {row[0].strip("`"): row[1] for row in rows(sections(README)["Commands"])}


def test_the_readme_lists_every_command_and_no_other() -> None:
    assert TABLE.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", TABLE)
def test_options_that_the_readme_names_are_the_commands(name: str) -> None:
    assert set(OPTION.findall(TABLE[name])) <= COMMANDS[name]


def test_every_command_but_the_one_that_prints_nothing_else_has_json() -> None:
    assert {name for name, options in COMMANDS.items() if "--json" not in options} == {"missedcall schemas"}


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_example_is_a_command_that_the_program_understands(paper: Path) -> None:
    lines = [line for line in (*examples(paper), *spans(paper)) if line.startswith("missedcall ")]
    refused = [line for line in lines if CliRunner().invoke(app, [*shlex.split(line)[1:], "--help"]).exit_code != 0]
    assert refused == []


@pytest.mark.parametrize("line", ["trace --loudly CA1", "business remove b_1", "forget"])
def test_an_example_that_the_program_does_not_understand_is_found_out(line: str) -> None:
    assert CliRunner().invoke(app, [*shlex.split(line), "--help"]).exit_code != 0


def test_who_mistypes_a_command_is_told_which_it_may_have_been() -> None:
    assert "Did you mean 'pause', 'paused'?" in CliRunner().invoke(app, ["pauze"]).output
