"""`missedcall backfill`: what is asked, and how the answer is shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from missedcall.backfill_views import show_result
from missedcall.cli import app
from services.ingest.backfill.runs import Run, State

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ACCOUNT = "AC" + "a" * 32


def run(**changed: object) -> Run:
    since = NOW - timedelta(hours=1)
    return Run(run_id="r1", account_sid=ACCOUNT, since=since, until=NOW, reached=since).model_copy(update=changed)


@pytest.mark.parametrize(
    ("since", "says"),
    [("yesterday", "'yesterday' is no time: say 2h"), ("7d", "7d is further back than 6 days")],
)
def test_a_time_that_cannot_be_is_said_before_anything_is_looked_for(since: str, says: str) -> None:
    ended = CliRunner().invoke(app, ["backfill", "--since", since])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert says in ended.stderr


def test_machines_get_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    show_result([run(state=State.COMPLETE, listed=9, found=2), run(found=1)], as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["found"], len(told["runs"])) == (3, 2)
    assert told["runs"][0].items() >= {"account_sid": ACCOUNT, "state": "complete", "listed": 9, "found": 2}.items()


def test_people_see_why_an_account_was_not_read_and_what_becomes_of_the_rest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    refused = run(state=State.REFUSED, trouble="there is no auth token for the account")
    show_result([run(state=State.COMPLETE, listed=9, found=2, waiting=1), refused], as_json=False)
    shown = capsys.readouterr().out
    assert "refused: there is no auth token for the account" in shown
    assert "A call that ended too long ago gets no text" in shown
    assert "left to ingest's own schedule" in shown
