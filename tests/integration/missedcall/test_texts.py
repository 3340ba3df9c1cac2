"""`missedcall texts` on a ledger as a sender left it: what is listed, and which rulings are refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from runtime.mongo import database_name, mongo_client
from runtime.service import wall_clock
from schemas.texts import Ruling
from services.sender.changes import Happening
from services.sender.entry import Claim, Entry, State
from services.sender.evidence import Accepted, DeadlinePassed, Evidence, Looked, Unanswered
from services.sender.state import COLLECTION, Ledger
from tests.integration.commands import Command
from tests.integration.wire import Wire
from tests.unit.services.sender.samples import OTHER_SID, SID, text

UNANSWERED = Unanswered(token="t")
NOT_SEEN = Looked(look=3, again_at=None)
RULE = ["--because", "seen in Twilio's log", "--within-seconds", "0"]


@pytest.fixture
async def ledger(wire: Wire) -> AsyncIterator[Ledger]:
    client = mongo_client(wire.stack.mongodb, application="tests")
    own = Ledger(client[database_name("sender", namespace=wire.namespace)][COLLECTION])
    await own.prepare(keep=timedelta(days=1))
    yield own
    client.close()


async def posted(ledger: Ledger, text_id: str, *facts: Evidence, ago: timedelta = timedelta(days=2)) -> None:
    """Claimed so long ago by a sender; then these facts came."""
    at = wall_clock() - ago
    await ledger.open([text(text_id=text_id, call_ended_at=at, expires_at=at + timedelta(minutes=20))], now=at)
    due = [held for held in await ledger.due(now=at, limit=9) if held.text_id == text_id]
    await ledger.claim(due, Claim(token="t", until=at + timedelta(seconds=60)), now=at)
    await ledger.apply([Happening(text_id=text_id, evidence=fact) for fact in facts], now=at)


async def parked(ledger: Ledger, text_id: str, *, ago: timedelta = timedelta(days=2)) -> None:
    now = wall_clock()
    await posted(ledger, text_id, UNANSWERED, NOT_SEEN, DeadlinePassed(claimed_by=now, given_up_by=now), ago=ago)


async def listed(command: Command) -> Sequence[dict[str, Any]]:
    texts: list[dict[str, Any]] = json.loads((await command("texts", "parked", "--json")).stdout)["texts"]
    return texts


async def entry(ledger: Ledger, text_id: str) -> Entry:
    found = await ledger.text(text_id)
    assert found is not None
    return found


async def test_what_is_parked_or_unsure_past_the_deadline_is_listed_the_oldest_first(
    ledger: Ledger, command: Command
) -> None:
    await parked(ledger, "parked")
    await parked(ledger, "older", ago=timedelta(days=9))
    await posted(ledger, "nobody looked", UNANSWERED, ago=timedelta(days=5))
    await posted(ledger, "fresh", UNANSWERED, ago=timedelta(hours=1))
    await posted(ledger, "accepted", Accepted(message_sid=SID))
    texts = await listed(command)
    assert [(one["text_id"], one["state"], one["looks"]) for one in texts] == [
        ("older", "parked", 3),
        ("nobody looked", "unsure", 0),
        ("parked", "parked", 3),
    ]
    shown = (await command("texts", "parked")).stdout
    assert "3 texts of which nobody knows" in shown
    assert "3125550199" not in shown + json.dumps(texts)


async def test_where_nothing_stands_open_it_says_so(command: Command) -> None:
    assert (await command("texts", "parked")).stdout == "no text stands open\n"
    assert await listed(command) == []


@pytest.mark.parametrize(
    ("verdict", "state", "sid"),
    [(["--accepted", SID], State.ACCEPTED, SID), (["--failed"], State.FAILED, None)],
    ids=["accepted", "failed"],
)
async def test_a_ruling_stands_in_the_ledger_with_who_and_why_and_waits_for_the_sender(
    ledger: Ledger, command: Command, verdict: list[str], state: State, sid: str | None
) -> None:
    await parked(ledger, "t1")
    ruled = await command("texts", "rule", "t1", *verdict, "--by", "alice", *RULE, "--json")
    ruling = Ruling(by="alice", because="seen in Twilio's log")
    assert json.loads(ruled.stdout) == {
        "text_id": "t1",
        "state": state,
        "message_sid": sid,
        "ruling": ruling.model_dump(),
        "published": False,
    }
    assert "recorded, not yet in effect: the sender service" in ruled.stderr
    after = await entry(ledger, "t1")
    assert (after.state, after.message_sid, after.ruling) == (state, sid, ruling)
    assert await listed(command) == []


async def test_who_rules_is_who_is_logged_in(ledger: Ledger, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "bob")
    await parked(ledger, "t1")
    ruled = await command("texts", "rule", "t1", "--failed", *RULE, "--json")
    assert json.loads(ruled.stdout)["ruling"]["by"] == "bob"


@pytest.mark.parametrize(
    ("text_id", "verdict", "problem"),
    [
        pytest.param("t9", ["--failed"], "the ledger holds no text t9", id="unknown"),
        pytest.param("unsure", ["--failed"], "unsure is unsure, and only what is parked", id="not parked yet"),
        pytest.param("accepted", ["--failed"], "accepted is accepted, and only what is parked", id="settled"),
        pytest.param("parked", ["--accepted", SID], f"{SID} is the message of text accepted", id="another text's"),
    ],
)
async def test_a_ruling_is_refused_that_the_ledger_could_not_hold(
    ledger: Ledger, command: Command, text_id: str, verdict: list[str], problem: str
) -> None:
    await parked(ledger, "parked")
    await posted(ledger, "unsure", UNANSWERED)
    await posted(ledger, "accepted", Accepted(message_sid=SID))
    refused = await command("texts", "rule", text_id, *verdict, *RULE)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert problem in refused.stderr
    assert (await entry(ledger, "parked")).state is State.PARKED


async def test_a_text_is_ruled_on_once(ledger: Ledger, command: Command) -> None:
    await parked(ledger, "t1")
    assert (await command("texts", "rule", "t1", "--accepted", SID, *RULE)).exit_code == 0
    again = await command("texts", "rule", "t1", "--accepted", OTHER_SID, *RULE)
    assert again.exit_code == 2
    assert "only what is parked may be ruled on" in again.stderr
    assert (await entry(ledger, "t1")).message_sid == SID
