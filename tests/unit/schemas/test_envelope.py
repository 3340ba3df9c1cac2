"""The envelope: what makes two events the same one, and what a reader can rely on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from runtime.events import Event, Outgoing, event_id
from schemas.controls import CONTROLS_CHANGED, ControlChanged, ControlScope, Texting
from schemas.texts import Purpose, text_id_of

AT = datetime(2030, 1, 31, 12, tzinfo=UTC)
PAUSED = ControlChanged(
    scope=ControlScope.EVERYWHERE, texting=Texting.PAUSED, version=1, why="an incident", changed_at=AT
)
WORDS = st.text(st.characters(codec="ascii", exclude_characters="|"), max_size=20)


def said(transition: str = "1", *, time: datetime = AT) -> Event[ControlChanged]:
    return CONTROLS_CHANGED.event(
        PAUSED, source="/command", subject="everywhere", transition=transition, key="everywhere", time=time
    )


def test_the_same_transition_said_again_later_is_the_same_event() -> None:
    assert said().id == said(time=datetime(2031, 1, 1, tzinfo=UTC)).id


@given(one=st.tuples(WORDS, WORDS, WORDS), other=st.tuples(WORDS, WORDS, WORDS))
def test_ids_are_equal_exactly_where_topic_subject_and_transition_are(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (event_id(*one) == event_id(*other)) is (one == other)


@pytest.mark.parametrize("purpose", Purpose)
def test_one_call_and_one_purpose_have_one_text_id(purpose: Purpose) -> None:
    assert text_id_of("CA1", purpose) == text_id_of("CA1", purpose)
    others = {text_id_of("CA1", other) for other in Purpose if other is not purpose} | {text_id_of("CA2", purpose)}
    assert text_id_of("CA1", purpose) not in others


def test_an_event_comes_back_from_its_bytes_as_it_was() -> None:
    record = Outgoing.of(said())
    assert CONTROLS_CHANGED.parse(record.value) == said()
    assert (record.topic, record.key, record.id) == ("controls.changed.v1", "everywhere", said().id)


def test_what_a_later_version_adds_is_passed_over() -> None:
    value = Outgoing.of(said()).value.replace(b'"why":', b'"added_later":{"x":1},"why":')
    assert CONTROLS_CHANGED.parse(value) == said()


def test_the_event_of_another_topic_is_refused_although_it_has_the_same_shape() -> None:
    foreign = Outgoing.of(said()).value.replace(b"controls.changed.v1", b"controls.changed.v2")
    with pytest.raises(ValueError, match="another type was found on"):
        CONTROLS_CHANGED.parse(foreign)


@pytest.mark.parametrize("value", [b"", b"null", b"{}", b"\xff\xfe", b"[" * 10_000], ids=repr)
def test_rubbish_is_a_validation_error_and_nothing_worse(value: bytes) -> None:
    with pytest.raises(ValidationError):
        CONTROLS_CHANGED.parse(value)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        said(time=AT.replace(tzinfo=None))
