"""`missedcall pause` refuses what is unclear before it looks for a system."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from missedcall.cli import app

ACCOUNT = "AC" + "0f" * 16
WHY = ["--because", "wrong words"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["pause", *WHY], "which texts?", id="no scope"),
        pytest.param(["pause", *WHY, "--everywhere", "--business", "b_1"], "which texts?", id="two scopes"),
        pytest.param(["resume"], "which texts?", id="no scope to resume"),
        pytest.param(["pause", *WHY, "--account", "AC1"], "32 hexadecimal digits", id="no account"),
        pytest.param(["pause", "--everywhere"], "--because", id="no reason"),
        pytest.param(["pause", "--everywhere", "--because", " "], "it is empty", id="an empty reason"),
        pytest.param(["pause", "--everywhere", "--because", "call 415 555 0123"], "a phone number", id="a number"),
        pytest.param(["resume", "--everywhere", "--because", "call 415 555 0123"], "a phone number", id="resumed so"),
    ],
)
def test_bad_input_says_what_is_wrong_and_exits_with_2(arguments: list[str], problem: str) -> None:
    refused = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert problem in refused.stderr
