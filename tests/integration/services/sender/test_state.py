"""The ledger on a real MongoDB: races have one winner, and what was said is there until it is published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from local.stack import Stack
from runtime.mongo import mongo_client
from schemas.reasons import Reason
from schemas.texts import KnownBy, TextState
from services.sender.changes import Happening
from services.sender.delivery import Delivery
from services.sender.entry import Claim, State
from services.sender.evidence import (
    Accepted,
    DeadlinePassed,
    Evidence,
    LeaseLost,
    Overdue,
    Receipt,
    Unanswered,
    Unsent,
    Withdrawn,
)
from services.sender.rows import Saying
from services.sender.state import Ledger
from tests.unit.services.sender.samples import CLAIM, NOW, SID, text

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def ledger(stack: Stack) -> AsyncIterator[Ledger]:
    client = mongo_client(stack.mongodb, application="test")
    ledger = Ledger(client[f"t{uuid4().hex[:8]}"]["ledger"])
    await ledger.prepare(keep=timedelta(days=1))
    yield ledger
    client.close()


async def state_of(ledger: Ledger, text_id: str) -> str:
    row = await ledger.collection.find_one({"_id": text_id})
    assert row is not None
    return str(row["state"])


def states(sayings: list[Saying]) -> list[str]:
    return [word for s in sayings for word in TextState if f'"state":"{word}"'.encode() in s.record.value]


async def test_an_intent_that_stands_is_not_opened_again(ledger: Ledger) -> None:
    await ledger.open([text()], now=NOW)
    await ledger.apply([Happening(text_id="text-1", evidence=Withdrawn())], now=NOW)
    await ledger.open([text(), text(text_id="text-2")], now=NOW)
    assert [held.text_id for held in await ledger.due(now=NOW, limit=9)] == ["text-2"]


async def test_of_all_who_claim_at_once_one_has_each_text(ledger: Ledger) -> None:
    await ledger.open([text(text_id=f"text-{n}") for n in range(20)], now=NOW)
    intents = await ledger.due(now=NOW, limit=20)
    claims = [Claim(token=f"sender {n}", until=CLAIM.until) for n in range(5)]
    won = await asyncio.gather(*(ledger.claim(intents, claim, now=NOW) for claim in claims))
    assert sorted(held.text_id for claimed in won for held in claimed) == sorted(h.text_id for h in intents)


async def test_what_is_not_due_or_left_alone_is_not_offered(ledger: Ledger) -> None:
    await ledger.open([text(), text(text_id="b", account_sid="AC2"), text(text_id="c", business_id="b2")], now=NOW)
    await ledger.open([text(text_id="later")], now=LATER)
    due = await ledger.due(now=NOW, limit=9, not_accounts={"AC2"}, not_businesses={"b2"})
    assert [held.text_id for held in due] == ["text-1"]


async def test_facts_that_come_at_once_are_all_taken_in_and_each_is_said_once(ledger: Ledger) -> None:
    await ledger.open([text()], now=NOW)
    facts: list[Evidence] = [
        Accepted(message_sid=SID),
        *(Receipt(message_sid=SID, delivery=delivery) for delivery in Delivery),
    ]
    said = await asyncio.gather(*(ledger.apply([Happening(text_id="text-1", evidence=f)], now=NOW) for f in facts))
    heard = states([saying for sayings in said for saying in sayings])
    assert heard.count("accepted") == 1
    assert len(heard) == len(set(heard))


async def test_what_was_said_stands_there_until_it_is_published(ledger: Ledger) -> None:
    await ledger.open([text()], now=NOW)
    facts = (Accepted(message_sid=SID), Receipt(message_sid=SID, delivery=Delivery.SENT))
    said = await ledger.apply([Happening(text_id="text-1", evidence=fact) for fact in facts], now=NOW)
    assert states(said) == ["accepted", "sent"]
    assert await ledger.unpublished(before=NOW, limit=9) == []
    assert await ledger.unpublished(before=LATER, limit=9) == said
    await ledger.published(said[:1])
    assert await ledger.unpublished(before=LATER, limit=9) == said[1:]
    await ledger.published(said[1:])
    assert await ledger.unpublished(before=LATER, limit=9) == []


async def test_a_report_written_twice_does_not_end_the_claim_of_the_next_sender(ledger: Ledger) -> None:
    """Its first writing was done, but the store's answer was lost, so it is written again."""
    await ledger.open([text()], now=NOW)
    report = Happening(text_id="text-1", evidence=Unsent(token="mine", reason=Reason.BUSY, again_at=NOW))
    await ledger.claim(await ledger.due(now=NOW, limit=1), CLAIM, now=NOW)
    await ledger.apply([report], now=NOW)
    other = Claim(token="other", until=CLAIM.until)
    assert len(await ledger.claim(await ledger.due(now=NOW, limit=1), other, now=NOW)) == 1
    await ledger.apply([report], now=NOW)
    assert await state_of(ledger, "text-1") == "posting"


async def test_texts_that_nobody_looks_after_are_found(ledger: Ledger) -> None:
    await ledger.open([text(), text(text_id="late", expires_at=NOW)], now=NOW)
    await ledger.open([text(text_id="fresh")], now=LATER)
    await ledger.claim([h for h in await ledger.due(now=NOW, limit=9) if h.text_id == "text-1"], CLAIM, now=NOW)
    deadline = DeadlinePassed(claimed_by=NOW - timedelta(days=1), given_up_by=NOW - timedelta(days=7))
    assert sorted(await ledger.neglected(deadline, now=CLAIM.until, limit=9)) == ["late", "text-1"]
    facts = [
        Happening(text_id=text_id, evidence=fact)
        for text_id in ("late", "text-1")
        for fact in (LeaseLost(at=CLAIM.until), Overdue(at=CLAIM.until))
    ]
    assert states(await ledger.apply(facts, now=CLAIM.until)) == ["failed", "unsure"]
    counts, oldest = await ledger.standing()
    assert (counts[State.UNSURE], counts[State.INTENT], oldest) == (1, 1, LATER)


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(Accepted(message_sid=SID), id="by the answer"),
        pytest.param(Receipt(message_sid=SID, delivery=Delivery.DELIVERED), id="by a callback"),
        pytest.param(Receipt(message_sid=SID, delivery=Delivery.SENT, known_by=KnownBy.LIST), id="by the list"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["in one write", "one after the other"])
async def test_of_two_texts_that_are_said_to_be_one_message_the_second_stays_unsure(
    *, ledger: Ledger, named: Evidence, at_once: bool
) -> None:
    """No rule that looks at one text can see it: the unique index does."""
    before = REGISTRY.get_sample_value("missedcall_text_contradictions_total") or 0
    await ledger.open([text(), text(text_id="text-2")], now=NOW)
    await ledger.claim(await ledger.due(now=NOW, limit=2), CLAIM, now=NOW)
    first = Happening(text_id="text-1", evidence=named)
    second = [Happening(text_id="text-2", evidence=fact) for fact in (Unanswered(token=CLAIM.token), named)]
    writes = [[first, *second]] if at_once else [[first], second]
    said = [saying for happenings in writes for saying in await ledger.apply(happenings, now=NOW)]
    assert [s.text_id for s in said if "accepted" in states([s])] == ["text-1"]
    assert (await state_of(ledger, "text-1"), await state_of(ledger, "text-2")) == ("accepted", "unsure")
    assert REGISTRY.get_sample_value("missedcall_text_contradictions_total") == before + 1


async def test_a_fact_about_an_unknown_text_is_passed_over(ledger: Ledger) -> None:
    unknown = Happening(text_id="nobody's", evidence=Receipt(message_sid=SID, delivery=Delivery.SENT))
    assert await ledger.apply([unknown], now=NOW) == []
    assert await ledger.collection.count_documents({}) == 0
