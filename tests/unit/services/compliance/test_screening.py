"""What a record makes of a conversation, and what is said: once, and again in the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.documents import Change, Document, Stored, Work
from runtime.events import Event, Outgoing
from schemas.calls import CALLS_DECIDED, CallDecided, Verdict
from schemas.reasons import Reason
from schemas.texts import TEXTS_SCREENED, Purpose, Screening, TextScreened, TextState, text_id_of
from services.compliance.rules import Outcome
from services.compliance.screening import screened, with_news
from services.compliance.state import Conversation, Standing
from tests.unit.services.compliance.cases import (
    CALL,
    CALLER,
    CONVERSATION,
    ENDED,
    NOW,
    NUMBER,
    PERSON,
    POLICY,
    THIS_NUMBER,
    business,
    case,
    decided,
    dispatched,
    event,
    message,
)


def take(conversation: Conversation, call: CallDecided, *, minute: int = 0) -> Change[Conversation]:
    now = NOW + timedelta(minutes=minute)
    judged = case(call=call, conversation=conversation, now=now, business=business(cooldown_minutes=0))
    return screened(judged, event(CALLS_DECIDED, call, f"{call.call_sid}:{call.revision}"), {})


def said_by(change: Change[Conversation]) -> list[Event[TextScreened]]:
    return [TEXTS_SCREENED.parse(record.value) for record in change.says]


def test_what_is_permitted_says_all_that_the_sender_needs() -> None:
    (said,) = said_by(take(Conversation(), decided()))
    text = said.data
    assert (text.text_id, text.purpose) == (text_id_of(CALL, Purpose.MISSED_CALL), Purpose.MISSED_CALL)
    assert (text.sender, text.sender_id, text.recipient, text.person_id) == (NUMBER, THIS_NUMBER.name, CALLER, PERSON)
    assert (text.call_ended_at, text.expires_at) == (ENDED, ENDED + POLICY.valid_for)
    assert text.business_version == 3, "the version whose words these are, not the one at the call's time"
    assert said.partitionkey == CONVERSATION


def test_a_permission_and_its_withdrawal_are_two_events_about_one_text() -> None:
    permitted = take(Conversation(), decided())
    cancelled = take(permitted.state, decided(revision=2, verdict=Verdict.ANSWERED))
    (first,), (second,) = said_by(permitted), said_by(cancelled)
    assert first.data.text_id == second.data.text_id
    assert first.id != second.id
    assert (second.data.screening, second.data.reason) == (Screening.CANCELLED, Reason.ANSWERED_AFTER_ALL)
    assert cancelled.state.texted_at() is None


def test_a_permission_claims_the_cooldown_and_a_refusal_does_not() -> None:
    assert take(Conversation(), decided()).state.texted_at() == NOW
    assert take(Conversation(), decided(caller=NUMBER)).state.texted_at() is None


def test_what_is_new_is_noted_for_counting() -> None:
    noted: dict[str, tuple[Event[CallDecided], Outcome]] = {}
    cause = event(CALLS_DECIDED, decided())
    change = screened(case(), cause, noted)
    assert noted[cause.id][1].reason is Reason.PERMITTED
    noted.clear()
    screened(case(conversation=change.state), cause, noted)
    assert noted == {}


@pytest.mark.parametrize(
    ("purpose", "standing"),
    [
        pytest.param(Purpose.MISSED_CALL, Standing.DELIVERED, id="news of the text"),
        pytest.param(Purpose.TEST, Standing.PENDING, id="another text of the same call"),
    ],
)
def test_the_senders_news_are_folded_into_the_text(purpose: Purpose, standing: Standing) -> None:
    permitted = take(Conversation(), decided()).state
    text = with_news(permitted, dispatched(TextState.DELIVERED, purpose=purpose)).text_for(CALL)
    assert text is not None
    assert text.standing is standing


def test_a_message_is_just_remembered() -> None:
    assert with_news(Conversation(), message("hello")) == Conversation(heard_at=NOW)


decisions = st.builds(
    decided,
    call_sid=st.sampled_from(["CA1", "CA2", "CA3"]),
    revision=st.integers(1, 3),
    verdict=st.sampled_from([Verdict.MISSED, Verdict.ANSWERED, Verdict.UNDETERMINED]),
)


def handled(
    document: Document[Conversation], calls: Sequence[CallDecided], *, minute: int = 0
) -> list[Sequence[Outgoing]]:
    return [document.take(_work(call), lambda state, cause: take(state, cause, minute=minute)) for call in calls]


def in_hand(state: Conversation) -> Document[Conversation]:
    """With no words stored."""
    return Document(Stored(id=CONVERSATION, key=CONVERSATION, rev=1, state=state, said={}), state)


def _work(call: CallDecided) -> Work[CallDecided]:
    cause_id = f"{call.call_sid}:{call.revision}:{call.verdict}"
    return Work(document=CONVERSATION, cause_id=cause_id, key=CONVERSATION, cause=call)


@given(calls=st.lists(decisions, max_size=8), data=st.data())
def test_whatever_comes_again_says_the_same_bytes_however_late(calls: list[CallDecided], data: st.DataObject) -> None:
    document = in_hand(Conversation())
    said = handled(document, calls)
    prefix = data.draw(st.integers(0, len(calls)))
    assert handled(document, calls[:prefix], minute=20) == said[:prefix]


@given(calls=st.lists(decisions, max_size=8))
def test_even_when_its_words_are_forgotten_no_call_is_permitted_twice(calls: list[CallDecided]) -> None:
    document = in_hand(Conversation())
    said = handled(document, calls)
    said += handled(in_hand(document.state), calls, minute=1)
    texts = [TEXTS_SCREENED.parse(value).data for value in {record.value for records in said for record in records}]
    permitted = [text.text_id for text in texts if text.screening is Screening.PERMITTED]
    assert len(permitted) == len(set(permitted))
