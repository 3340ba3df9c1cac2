"""Segments, keywords, and the memory that forgets its oldest."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.keep import Kept
from simulator.messaging.optout import Blocked, Keyword, keyword
from simulator.messaging.record import INBOUND, Message, Messages
from simulator.messaging.segments import segments

CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
STOPS = ("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL")
MOMENT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("a" * 160, 1, id="one full GSM segment"),
        pytest.param("a" * 161, 2, id="split at 153"),
        pytest.param("a" * 307, 3, id="three"),
        pytest.param("€" * 80, 1, id="extended letters count twice"),
        pytest.param("€" * 81, 2, id="and split earlier"),
        pytest.param(CURLY + "a" * 69, 1, id="a curly apostrophe makes it UCS-2"),
        pytest.param(CURLY + "a" * 70, 2, id="which splits at 67"),
        pytest.param("😀" * 35, 1, id="an emoji takes two units"),
    ],
)
def test_segments_are_counted_as_carriers_do(body: str, count: int) -> None:
    assert segments(body) == count


@pytest.mark.parametrize(
    ("body", "word"),
    [
        *((word, Keyword.STOP) for word in STOPS),
        *((word, Keyword.START) for word in ["START", "UNSTOP", "YES"]),
        *((word, Keyword.HELP) for word in ["HELP", "INFO"]),
        (" stop\n", Keyword.STOP),
        ("Stop.", None),
        ("CANCEL my 3 pm", None),
        ("", None),
    ],
)
def test_a_keyword_is_the_whole_body_in_any_case(body: str, word: Keyword | None) -> None:
    assert keyword(body) is word


@given(st.lists(st.sampled_from(Keyword)))
def test_the_last_stop_or_start_decides_and_only_a_change_is_answered(words: list[Keyword]) -> None:
    blocked, state = Blocked(), False
    for word in words:
        wanted = {Keyword.STOP: True, Keyword.START: False, Keyword.HELP: state}[word]
        replies = blocked.hear(word, "+1", "+2")
        assert replies is (word is Keyword.HELP or wanted is not state)
        state = wanted
        assert blocked.holds("+1", "+2") is state
    assert not blocked.holds("+1", "+3")


@given(st.lists(st.integers(0, 99), unique=True), st.integers(1, 20))
def test_what_is_kept_are_the_newest_up_to_the_limit(numbers: list[int], limit: int) -> None:
    kept: Kept[int] = Kept(limit)
    for number in numbers:
        kept.add(str(number), number)
    assert list(kept.newest_first()) == numbers[::-1][:limit]


def message(sid: str, to: str) -> Message:
    return Message(
        sid=sid, account_sid="AC", from_="+1", to=to, body="", num_segments=1, direction=INBOUND, status="received",
        created=MOMENT, updated=MOMENT, listed=MOMENT,
    )  # fmt: skip


def test_forgotten_messages_are_forgotten_by_their_receiver_too() -> None:
    messages = Messages(2)
    for sid, to in (("SM1", "+2"), ("SM2", "+3"), ("SM3", "+2")):
        messages.add(message(sid, to))
    assert [kept.sid for kept in messages.newest_first("+2")] == ["SM3"]
    assert [kept.sid for kept in messages.newest_first()] == ["SM3", "SM2"]
    assert (messages.get("SM1"), messages.created) == (None, 3)
