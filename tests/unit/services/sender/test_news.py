"""What the world is told of a change, and what of it never leaves."""

import pytest

from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, TextState
from services.sender.delivery import Delivery
from services.sender.ledger import Accepted, Claimed, Evidence, LeaseLost, Receipt, Refused, Unanswered, Withdrawn, take
from services.sender.news import news, outgoing
from tests.unit.services.sender.samples import CLAIM, NOW, SID, intent, text

POSTING = take(intent(), Claimed(claim=CLAIM))
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
    assert [(said.state, said.reason) for said in news(POSTING, take(POSTING, fact))] == told


def test_being_claimed_is_nobodys_business() -> None:
    assert news(intent(), POSTING) == ()


def test_the_same_news_is_the_same_event_and_holds_neither_number_nor_words() -> None:
    (said,) = news(POSTING, take(POSTING, Accepted(message_sid=SID)))
    record = outgoing(said, at=NOW, traceparent="00-1-2-01")
    assert record == outgoing(said, at=NOW, traceparent="00-1-2-01")
    assert TEXTS_DISPATCHED.parse(record.value).traceparent == "00-1-2-01"
    assert (record.topic, record.key) == ("texts.dispatched.v1", "c1_1")
    assert not any(word.encode() in record.value for word in (text().recipient, text().sender, text().body))
