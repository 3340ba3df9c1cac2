"""One seed is one schedule, and every trouble and every misbehaviour comes in it."""

from __future__ import annotations

from typing import get_args

import pytest

from simulator.faults.order import Name
from tests.chaos.faults import BEHAVIOURS
from tests.chaos.schedule import CUTS, KILLS, SLEEPS, TWINS, Kind, short, whole


def test_a_seed_repeats_its_schedule_and_another_gives_another() -> None:
    assert whole(7, 1_000) == whole(7, 1_000)
    assert whole(7, 1_000) != whole(8, 1_000)


@pytest.mark.parametrize("texts", [150, 1_000, 1_001])
def test_as_many_texts_are_owed_as_were_asked_for_each_with_a_number_of_its_own(texts: int) -> None:
    numbers = [owed.number for wave in whole(7, texts) for owed in wave.texts]
    assert sorted(numbers) == list(range(1, texts + 1))


def test_every_trouble_and_every_misbehaviour_comes_in_the_whole() -> None:
    waves = whole(7, 1_000)
    assert {wave.trouble for wave in waves} == {*KILLS, *SLEEPS, *TWINS, *CUTS}
    assert {owed.row for wave in waves for owed in wave.texts} == {wave.trouble.name for wave in waves} | set(
        BEHAVIOURS
    )


def test_the_short_form_has_some_of_each_kind_and_others_with_another_seed() -> None:
    troubles = [wave.trouble for wave in short(7, 60)]
    assert {trouble.kind for trouble in troubles} == {Kind.KILL, Kind.SLEEP, Kind.CUT}
    assert {wave.trouble for seed in range(200) for wave in short(seed, 60)} == {*KILLS, *SLEEPS, *CUTS}


def test_every_fault_of_the_simulated_twilio_is_behind_some_misbehaviour() -> None:
    used = {order.name for behaviour in BEHAVIOURS.values() for order in behaviour.towards("+1")}
    assert used == set(get_args(Name))
