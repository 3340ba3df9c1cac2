"""`missedcall business` refuses bad input before it looks for a system."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from missedcall.cli import app

GOOD = {
    "--name": "Acme",
    "--number": "+14155550199",
    "--account-sid": "AC" + "0" * 32,
    "--mode": "forward",
    "--forward-to": "+14155550111",
}


def arguments(**but: str | None) -> list[str]:
    options = GOOD | {f"--{name.replace('_', '-')}": value for name, value in but.items()}
    return [
        "business",
        "add",
        *(part for name, value in options.items() if value is not None for part in (name, value)),
    ]


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str | None]:
    """An environment that leads to no system."""
    return {"MISSEDCALL_RUN_FILE": str(tmp_path / "up.json"), "MONGODB_URI": None, "KAFKA_BOOTSTRAP_SERVERS": None}


@pytest.mark.parametrize(
    ("but", "option"),
    [
        ({"number": None}, "--number"),
        ({"number": "12"}, "--number"),
        ({"account_sid": "AC1"}, "--account-sid"),
        ({"mode": "teleport"}, "--mode"),
        ({"forward_to": None}, "--forward-to"),
        ({"template": "We missed you"}, "--template"),
        ({"cooldown_minutes": "soon"}, "--cooldown-minutes"),
    ],
    ids=str,
)
def test_bad_input_names_the_option_and_exits_with_2(
    but: dict[str, str | None], option: str, nowhere: dict[str, str | None]
) -> None:
    refused = CliRunner().invoke(app, arguments(**but), env=nowhere)
    assert refused.exit_code == 2
    assert option in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(
    "command",
    [
        arguments(),
        ["business", "list"],
        ["business", "show", "b_1"],
        ["texts", "parked"],
        ["texts", "rule", "t1", "--failed", "--because", "nothing is there"],
        ["pause", "--everywhere", "--because", "wrong words"],
        ["resume", "--everywhere"],
        ["paused"],
        ["trace", "CA1"],
        ["topics"],
    ],
    ids=" ".join,
)
def test_where_nothing_runs_the_next_step_is_told(command: list[str], nowhere: dict[str, str | None]) -> None:
    failed = CliRunner().invoke(app, command, env=nowhere)
    assert failed.exit_code == 1
    assert "`missedcall up`" in failed.stderr
