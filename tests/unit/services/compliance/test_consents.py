"""Which of several wishes holds, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.consents import Evidence, Scope, Source, Wish
from services.compliance.consents import fold
from services.compliance.state import Person, StandingWish, Unreachable
from services.compliance.wishes import Heard, Wished
from tests.unit.services.compliance.cases import EVERYONE, NOW, PERSON, THIS_BUSINESS, THIS_NUMBER

OUT, IN = Wish.OPTED_OUT, Wish.OPTED_IN


def wished(wish: Wish, minute: int, *, scope: Scope = THIS_BUSINESS, reference: str = "SM1") -> Heard:
    evidence = Evidence(source=Source.KEYWORD, reference=reference, heard_at=NOW + timedelta(minutes=minute))
    return Heard(person_id=PERSON, wishes=(Wished(scope=scope, wish=wish, evidence=evidence),))


def folded(heard: Iterable[Heard]) -> tuple[Person, list[StandingWish]]:
    person, told = Person(), list[StandingWish]()
    for said in heard:
        person, changed = fold(person, said)
        told += changed
    return person, told


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        pytest.param([(OUT, 0)], [(OUT, 1)], id="the first is told"),
        pytest.param([(OUT, 0), (IN, 1)], [(OUT, 1), (IN, 2)], id="out and in again"),
        pytest.param([(OUT, 0), (IN, 1), (OUT, 2)], [(OUT, 1), (IN, 2), (OUT, 3)], id="and out once more"),
        pytest.param([(OUT, 0), (OUT, 1)], [(OUT, 1)], id="a repeat is told to nobody"),
        pytest.param([(OUT, 1), (IN, 0)], [(OUT, 1)], id="an older START that comes late lifts nothing"),
        pytest.param([(IN, 1), (OUT, 0)], [(IN, 1)], id="an older STOP that comes late overturns nothing"),
        pytest.param([(IN, 0), (OUT, 0)], [(IN, 1), (OUT, 2)], id="a tie is an opt-out"),
        pytest.param([(OUT, 0), (IN, 0)], [(OUT, 1)], id="a tie stays an opt-out"),
        pytest.param([(OUT, 0), (OUT, 5), (IN, 3)], [(OUT, 1)], id="a repeat's time counts though it was not told"),
    ],
)
def test_the_newest_wish_stands(heard: list[tuple[Wish, int]], told: list[tuple[Wish, int]]) -> None:
    person, changes = folded(wished(wish, minute) for wish, minute in heard)
    assert [(change.wish, change.version) for change in changes] == told
    assert person.wish(THIS_BUSINESS) is not None
    assert person.opted_out([THIS_BUSINESS]) is (told[-1][0] is OUT)


def test_each_scope_stands_by_itself() -> None:
    """One number's 21610 must not silence the person everywhere, and START lifts no opt-out from everyone."""
    person, _ = folded([wished(OUT, 0, scope=EVERYONE), wished(OUT, 0, scope=THIS_NUMBER), wished(IN, 1)])
    assert person.opted_out([EVERYONE])
    assert person.opted_out([THIS_NUMBER])
    assert not person.opted_out([THIS_BUSINESS])


def test_the_newest_word_on_a_number_that_cannot_be_reached_stays() -> None:
    older, newer = (Unreachable(error_code=30006, heard_at=NOW + timedelta(days=day)) for day in (0, 1))
    for order in ([older, newer], [newer, older]):
        person, told = folded(Heard(person_id=PERSON, unreachable=unreachable) for unreachable in order)
        assert (person.unreachable, told) == (newer, [])


wishes = st.builds(
    wished,
    st.sampled_from(Wish),
    st.integers(0, 4),
    scope=st.sampled_from([THIS_NUMBER, THIS_BUSINESS, EVERYONE]),
    reference=st.sampled_from(["SM1", "SM2"]),
)


def standing(person: Person) -> set[tuple[Scope, Wish, Evidence]]:
    return {(wish.scope, wish.wish, wish.evidence) for wish in person.wishes}


@given(heard=st.lists(wishes, max_size=8), data=st.data())
def test_the_order_in_which_wishes_arrive_does_not_matter(heard: list[Heard], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(heard))
    assert standing(folded(heard)[0]) == standing(folded(shuffled)[0])


@given(heard=st.lists(wishes, max_size=8))
def test_the_same_wishes_again_change_nothing_and_are_told_to_nobody(heard: list[Heard]) -> None:
    once, told = folded(heard)
    assert folded([*heard, *heard]) == (once, told)


@given(heard=st.lists(wishes, min_size=1, max_size=8))
def test_what_was_told_last_of_a_scope_is_what_holds(heard: list[Heard]) -> None:
    person, told = folded(heard)
    latest = {(change.scope, change.wish, change.version) for change in _last_of_each_scope(told)}
    assert latest == {(wish.scope, wish.wish, wish.version) for wish in person.wishes}


def _last_of_each_scope(told: Sequence[StandingWish]) -> Iterable[StandingWish]:
    return {change.scope: change for change in told}.values()
