"""What is remembered of a conversation."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.texts import TextState
from services.compliance.state import Conversation, Standing
from tests.unit.services.compliance.cases import CALL, NOW


def standing_after(news: tuple[Standing, ...]) -> Standing:
    conversation = Conversation().permitted(CALL, NOW)
    for standing in news:
        conversation = conversation.moved(CALL, standing)
    text = conversation.text_for(CALL)
    assert text is not None
    return text.standing


@pytest.mark.parametrize(
    ("news", "stands"),
    [
        pytest.param((Standing.ACCEPTED, Standing.SENT, Standing.DELIVERED), Standing.DELIVERED, id="the usual way"),
        pytest.param((Standing.UNSURE, Standing.ACCEPTED), Standing.ACCEPTED, id="unsure, and then evidence"),
        pytest.param((Standing.UNSURE, Standing.PARKED, Standing.FAILED), Standing.FAILED, id="parked, then evidence"),
        pytest.param((Standing.ACCEPTED, Standing.UNDELIVERED), Standing.UNDELIVERED, id="the carrier lost it"),
        pytest.param((Standing.CANCELLED,), Standing.CANCELLED, id="taken back in time"),
        pytest.param((Standing.CANCELLED, Standing.ACCEPTED), Standing.ACCEPTED, id="posted before it was taken back"),
    ],
)
def test_news_of_a_text_come_to_the_same_in_any_order(news: tuple[Standing, ...], stands: Standing) -> None:
    for order in permutations(news):
        assert standing_after(order) is stands


@pytest.mark.parametrize("state", TextState)
def test_every_state_that_the_sender_knows_has_its_standing(state: TextState) -> None:
    assert Standing(state).value == state.value


def test_news_of_a_text_that_nobody_permitted_change_nothing() -> None:
    assert Conversation().moved(CALL, Standing.ACCEPTED) == Conversation()


def test_an_older_decision_that_comes_late_does_not_make_the_newer_one_forgotten() -> None:
    assert Conversation().judged(CALL, 2).judged(CALL, 1).revision_of(CALL) == 2


@given(redials=st.integers(0, 200))
def test_however_often_somebody_redials_the_last_text_is_remembered(redials: int) -> None:
    conversation = Conversation().judged(CALL, 1).permitted(CALL, NOW)
    for redial in range(redials):
        conversation = conversation.judged(f"CA{redial}", 1)
    assert conversation.texted_at() == NOW
    assert len(conversation.calls) <= 64


def test_the_newest_message_of_the_caller_is_remembered_in_any_order() -> None:
    later = NOW + timedelta(minutes=1)
    assert Conversation().heard(NOW).heard(later) == Conversation().heard(later).heard(NOW)
    assert Conversation().heard(later).heard_at == later
