"""Which message a text is, told only where nothing else is possible."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reasons import Reason
from services.sender.delivery import Delivery
from services.sender.entry import Entry
from services.sender.evidence import Accepted, Claimed, LeaseLost, Refused, Unanswered
from services.sender.ledger import take
from services.sender.settlement import Message, Rhythm, sightings
from tests.unit.services.sender.samples import CLAIM, NOW, OTHER_SID, SID, intent, text

SECOND = timedelta(seconds=1)
BODY = text().body
POSTING = take(intent(), Claimed(claim=CLAIM, at=NOW))
RHYTHM = Rhythm(first=5 * SECOND, cap=60 * SECOND, until=600 * SECOND)


def unsure(text_id: str = "text-1", *, body: str = BODY) -> Entry:
    posting = take(intent(text=text(text_id=text_id, body=body)), Claimed(claim=CLAIM, at=NOW))
    return take(posting, Unanswered(token="mine"))


def message(sid: str = SID, *, body: str = BODY, after: timedelta = SECOND) -> Message:
    return Message(sid=sid, body=body, created_at=NOW + after, delivery=Delivery.SENT, error_code=None)


def test_a_message_with_the_words_of_a_text_created_while_it_was_in_hand_is_that_text() -> None:
    assert sightings([message()], [unsure()]) == {"text-1": message()}


@pytest.mark.parametrize("after", [timedelta(seconds=-60), timedelta(seconds=120)], ids=["first", "last"])
def test_clocks_may_differ_by_a_minute(after: timedelta) -> None:
    assert sightings([message(after=after)], [unsure()])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(message(body="Thanks for calling"), id="other words"),
        pytest.param(message(after=timedelta(seconds=-61)), id="created before the claim"),
        pytest.param(message(after=timedelta(seconds=121)), id="created when its holder would not post any more"),
    ],
)
def test_another_message_is_not_taken_for_it(other: Message) -> None:
    assert sightings([other], [unsure()]) == {}


@pytest.mark.parametrize(
    ("entry", "seen"),
    [
        pytest.param(intent(), False, id="never claimed"),
        pytest.param(POSTING, True, id="in somebody's hand"),
        pytest.param(take(POSTING, LeaseLost(at=CLAIM.until)), True, id="its sender died"),
        pytest.param(take(POSTING, Refused(token="mine", reason=Reason.REFUSED)), False, id="refused"),
        pytest.param(take(POSTING, Accepted(message_sid=OTHER_SID)), False, id="known as another message"),
    ],
)
def test_only_what_may_have_been_sent_is_looked_for(entry: Entry, *, seen: bool) -> None:
    assert bool(sightings([message()], [entry])) is seen


def test_a_message_that_is_another_text_already_is_not_this_one() -> None:
    other = take(unsure("text-2"), Accepted(message_sid=SID))
    assert sightings([message()], [unsure(), other]) == {}


def test_of_two_messages_that_fit_neither_is_believed() -> None:
    assert sightings([message(), message(OTHER_SID)], [unsure()]) == {}


def test_a_message_that_fits_two_texts_is_believed_for_neither() -> None:
    assert sightings([message()], [unsure(), unsure("text-2")]) == {}


_sids = st.sampled_from([f"SM{n:032d}" for n in range(4)])
_bodies = st.sampled_from(["one", "two"])
_messages = st.lists(
    st.builds(message, _sids, body=_bodies, after=st.integers(-100, 200).map(lambda s: s * SECOND)),
    unique_by=lambda m: m.sid,
)


@given(
    messages=_messages,
    bodies=st.lists(_bodies, max_size=4),
    known=st.lists(_sids, max_size=2, unique=True),
)
def test_no_message_is_ever_two_texts_nor_one_that_is_known_already(
    messages: list[Message], bodies: list[str], known: list[str]
) -> None:
    waiting = [unsure(f"text-{n}", body=body) for n, body in enumerate(bodies)]
    settled = [take(unsure(f"known-{n}"), Accepted(message_sid=sid)) for n, sid in enumerate(known)]
    seen = sightings(messages, [*waiting, *settled])
    sids = [found.sid for found in seen.values()]
    assert len(sids) == len(set(sids))
    assert not set(sids) & set(known)
    assert all(found.body == bodies[int(text_id.removeprefix("text-"))] for text_id, found in seen.items())


def test_each_wait_between_two_looks_is_twice_the_one_before_up_to_its_cap_and_the_last_is_at_the_end() -> None:
    looks, now = list[float](), NOW + RHYTHM.first
    while upcoming := RHYTHM.next(claimed_at=NOW, now=now):
        looks.append((upcoming - NOW).total_seconds())
        now = upcoming
    assert looks[:5] == [10, 20, 40, 80, 140]
    assert looks[-1] == 600
