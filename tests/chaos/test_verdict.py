"""What a text may have become, as a table."""

from __future__ import annotations

import pytest

from services.sender.entry import State
from tests.chaos.books import Standing
from tests.chaos.deaths import Death, Point, problem
from tests.chaos.owed import Owed
from tests.chaos.verdict import Fate, row, violations


def standing(state: State, *, reason: str | None = "because", silent: bool = True) -> Standing:
    return Standing(state=state, reason=reason, delivery=None, silent=silent)


def fate(state: State | None, created: int, *, fault: str = "hangs up", said: str | None = "as it is") -> Fate:
    told = frozenset({state.value} if state and said else ())
    return Fate(owed=Owed(number=1, row=fault), standing=standing(state) if state else None, created=created, said=told)


@pytest.mark.parametrize(
    "right",
    [
        pytest.param(fate(State.ACCEPTED, 1), id="accepted, and Twilio has it"),
        pytest.param(fate(State.FAILED, 0), id="failed, and Twilio does not have it"),
        pytest.param(fate(State.PARKED, 0), id="parked, and there was nothing to be seen"),
        pytest.param(fate(State.PARKED, 1, fault="no answer, never listed"), id="parked, and it could not be seen"),
    ],
)
def test_this_may_be(right: Fate) -> None:
    assert violations([right]) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param(fate(State.ACCEPTED, 2), "2 messages", id="doubled"),
        pytest.param(fate(None, 0), "stands as None", id="lost"),
        pytest.param(fate(State.INTENT, 0), "stands as intent", id="still to be sent"),
        pytest.param(fate(State.ACCEPTED, 1, said=None), "told nothing", id="known to the ledger alone"),
        pytest.param(fate(State.UNSURE, 1), "not settled", id="never settled"),
        pytest.param(fate(State.ACCEPTED, 0), "never had it", id="accepted out of thin air"),
        pytest.param(fate(State.FAILED, 1), "Twilio has it", id="failed, though sent"),
        pytest.param(fate(State.PARKED, 1), "showed that", id="parked against the evidence"),
    ],
)
def test_this_may_not_be(wrong: Fate, says: str) -> None:
    (violation,) = violations([wrong])
    assert says in violation


def test_a_row_counts_each_text_once_and_what_is_doubled_or_unknown_besides() -> None:
    counted = row("x", [fate(State.ACCEPTED, 2), fate(State.PARKED, 0), fate(None, 0)])
    assert (counted.owed, counted.accepted, counted.parked, counted.doubled, counted.unknown) == (3, 1, 1, 1, 1)


def death(before: State | None, after: State, created: int, **more: object) -> Death:
    point = Point(place="waiting at x", scenario="answered")
    return Death(point=point, before=before, after=standing(after, **more), created=created)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("died", "says"),
    [
        pytest.param(death(State.INTENT, State.ACCEPTED, 1), None, id="not claimed: the next one sends it"),
        pytest.param(death(State.POSTING, State.ACCEPTED, 1), None, id="posted: evidence settles it"),
        pytest.param(death(State.POSTING, State.PARKED, 0), None, id="claimed and not posted: parked, not sent again"),
        pytest.param(death(State.INTENT, State.PARKED, 0), "never in anybody's hand", id="not claimed, and not sent"),
        pytest.param(death(None, State.ACCEPTED, 2), "2 messages", id="doubled"),
        pytest.param(death(State.POSTING, State.POSTING, 1), "nobody knows", id="left in the middle"),
        pytest.param(death(State.POSTING, State.PARKED, 1), "Twilio has it", id="parked against the evidence"),
    ],
)
def test_what_a_death_may_leave(died: Death, says: str | None) -> None:
    found = problem(died)
    assert found is None if says is None else says in (found or "")
