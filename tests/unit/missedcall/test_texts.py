"""`missedcall texts`: what is shown of an open text, and what is no ruling."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from missedcall.cli import app
from missedcall.text_views import told
from schemas.reasons import Reason
from services.sender.entry import Claim, State
from tests.unit.services.sender.samples import CLAIM, NOW, SID, intent

RULE = ["texts", "rule", "text-1"]
WHY = ["--because", "seen in Twilio's log"]


def open_text(**but: Any) -> dict[str, Any]:
    known = {"state": State.PARKED, "reason": Reason.NEVER_SEEN, "claim": CLAIM, "claimed_at": NOW, "attempts": 1}
    return told(intent(**{**known, "looks": 14, **but}))


def test_a_parked_text_tells_where_to_look_and_how_to_rule() -> None:
    text = open_text()
    assert text["since"] == NOW.isoformat()
    assert text["tried"] == "posted once; Twilio's list searched 14 times, and no callback came"
    assert (
        "message log of AC1 for a text to …0199 from 2026-03-02T15:00:00+00:00 until 2026-03-02T15:01:00"
        in text["next"]
    )
    assert "`missedcall texts rule text-1 --accepted SID`" in text["next"]


def test_what_was_tried_before_and_never_sent_is_told_apart() -> None:
    assert open_text(attempts=3, looks=1)["tried"].startswith("posted once, after it came back unsent 2 times; ")


def test_an_unsure_text_is_no_persons_to_rule_on() -> None:
    text = open_text(state=State.UNSURE, reason=Reason.CLAIM_LOST)
    assert text["sentence"] == Reason.CLAIM_LOST.sentence
    assert "missedcall texts rule" not in text["next"]


def test_neither_the_number_nor_the_words_are_shown() -> None:
    shown = json.dumps(open_text(claim=Claim(token="t", until=NOW + timedelta(seconds=9))))
    assert "3125550199" not in shown
    assert "We missed your call" not in shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param([*RULE, *WHY], "either --accepted SID or --failed", id="no ruling"),
        pytest.param(
            [*RULE, *WHY, "--failed", "--accepted", SID], "either --accepted SID or --failed", id="two rulings"
        ),
        pytest.param([*RULE, *WHY, "--accepted", "SM123"], "not SM or MM and 32 hexadecimal digits", id="too short"),
        pytest.param([*RULE, *WHY, "--accepted", SID.upper() + "\n"], "not SM or MM and 32", id="a newline"),
        pytest.param([*RULE, *WHY, "--accepted", "CA" + SID[2:]], "not SM or MM and 32", id="a call's SID"),
        pytest.param([*RULE, "--failed"], "--because", id="no reason"),
        pytest.param([*RULE, "--failed", "--because", ""], "it is empty", id="an empty reason"),
        pytest.param([*RULE, "--failed", "--because", "+1 415 555 0123 has it"], "a phone number", id="a number"),
        pytest.param([*RULE, *WHY, "--failed", "--by", "+14155550123"], "a phone number", id="a number for a name"),
    ],
)
def test_what_is_no_ruling_says_why_and_exits_with_2(arguments: list[str], problem: str) -> None:
    refused = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert problem in refused.stderr
