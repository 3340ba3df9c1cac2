"""What the world is told of a change, and what of it never leaves."""

import pytest

from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, KnownBy, Ruling, TextState
from services.sender.delivery import Delivery
from services.sender.entry import Claim
from services.sender.evidence import (
    Accepted,
    Claimed,
    DeadlinePassed,
    Evidence,
    LeaseLost,
    Receipt,
    Refused,
    Ruled,
    Unanswered,
    Unsent,
    Withdrawn,
)
from services.sender.ledger import take
from services.sender.news import news, outgoing
from tests.unit.services.sender.samples import CLAIM, NOW, SID, intent, text

POSTING = take(intent(), Claimed(claim=CLAIM, at=NOW))
TOLD: list[tuple[Evidence, list[tuple[TextState, Reason]]]] = [
    (Accepted(message_sid=SID), [(TextState.ACCEPTED, Reason.ACCEPTED)]),
    (Refused(token="mine", reason=Reason.OPTED_OUT), [(TextState.FAILED, Reason.OPTED_OUT)]),
    (Unanswered(token="mine"), [(TextState.UNSURE, Reason.NO_ANSWER_FROM_TWILIO)]),
    (LeaseLost(at=CLAIM.until), [(TextState.UNSURE, Reason.CLAIM_LOST)]),
    (Withdrawn(), []),
    (Receipt(message_sid=SID, delivery=Delivery.SENDING), [(TextState.ACCEPTED, Reason.ACCEPTED)]),
    (
        Receipt(message_sid=SID, delivery=Delivery.UNDELIVERED, error_code=30007),
        [(TextState.ACCEPTED, Reason.ACCEPTED), (TextState.UNDELIVERED, Reason.CARRIER_FILTERED)],
    ),
]


@pytest.mark.parametrize(("fact", "told"), TOLD, ids=[type(fact).__name__ for fact, _ in TOLD])
def test_each_change_is_told_by_its_state_and_reason(fact: Evidence, told: list[tuple[TextState, Reason]]) -> None:
    assert [(said.state, said.reason) for said in news(POSTING, take(POSTING, fact), fact)] == told


def test_being_claimed_is_nobodys_business() -> None:
    assert news(intent(), POSTING, Claimed(claim=CLAIM, at=NOW)) == ()


def test_the_same_news_is_the_same_event_and_holds_neither_number_nor_words() -> None:
    (said,) = news(POSTING, take(POSTING, Accepted(message_sid=SID)), Accepted(message_sid=SID))
    record = outgoing(said, at=NOW, traceparent="00-1-2-01")
    assert record == outgoing(said, at=NOW, traceparent="00-1-2-01")
    assert TEXTS_DISPATCHED.parse(record.value).traceparent == "00-1-2-01"
    assert (record.topic, record.key) == ("texts.dispatched.v1", "c1_1")
    assert not any(word.encode() in record.value for word in (text().recipient, text().sender, text().body))


@pytest.mark.parametrize(
    ("fact", "known_by"),
    [
        (Accepted(message_sid=SID), KnownBy.ANSWER),
        (Receipt(message_sid=SID, delivery=Delivery.SENDING), KnownBy.CALLBACK),
        (Receipt(message_sid=SID, delivery=Delivery.SENDING, known_by=KnownBy.LIST), KnownBy.LIST),
        (LeaseLost(at=CLAIM.until), None),
    ],
)
def test_what_showed_it_is_told_with_it(fact: Evidence, known_by: KnownBy | None) -> None:
    assert [said.known_by for said in news(POSTING, take(POSTING, fact), fact)] == [known_by]


def test_a_persons_ruling_is_told_with_who_and_why() -> None:
    unsure = take(POSTING, Unanswered(token="mine"))
    parked = take(unsure, DeadlinePassed(claimed_by=NOW, given_up_by=NOW))
    fact = Ruled(ruling=Ruling(by="ann", because="Twilio's support looked"), message_sid=None)
    (said,) = news(parked, take(parked, fact), fact)
    assert (said.state, said.reason, said.known_by) == (TextState.FAILED, Reason.RULED, KnownBy.RULING)
    assert said.ruling == fact.ruling


def test_a_text_that_becomes_unsure_once_more_says_so_under_another_id() -> None:
    """Given back by its own sender in between: one id must never stand for two values."""
    first = take(POSTING, LeaseLost(at=CLAIM.until))
    back = take(first, Unsent(token="mine", reason=Reason.EXPIRED, again_at=NOW))
    other = Claim(token="other", until=CLAIM.until)
    again = take(take(back, Claimed(claim=other, at=NOW)), Unanswered(token="other"))
    said = [*news(POSTING, first, LeaseLost(at=CLAIM.until)), *news(back, again, Unanswered(token="other"))]
    ids = {outgoing(one, at=NOW, traceparent=None).id for one in said}
    assert [one.state for one in said] == [TextState.UNSURE, TextState.UNSURE]
    assert len(ids) == 2
