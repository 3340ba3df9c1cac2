"""Dead letters by service, topic and reason, and which of them are meant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missedcall.dead_letters.overview import Fate, grouped, row_of, with_fate
from missedcall.dead_letters.picking import Pick
from tests.unit.missedcall.dead_letters.letters import START, letter


def test_what_one_service_rejected_for_one_reason_is_one_group_with_its_first_and_last_in_time() -> None:
    letters = [letter(1, minute=5), letter(2, minute=1), letter(3, reason="Other"), letter(4, service="audit")]
    groups = grouped(map(row_of, letters))
    assert [(g.service, g.reason, len(g.rows)) for g in groups] == [
        ("audit", "Broken", 1),
        ("decider", "Broken", 2),
        ("decider", "Other", 1),
    ]
    assert (groups[1].first, groups[1].last) == (START + timedelta(minutes=1), START + timedelta(minutes=5))


def test_a_group_says_the_most_attempts_of_its_letters() -> None:
    (group,) = grouped(map(row_of, [letter(1), letter(2, headers={"attempt": b"4"}), letter(3)]))
    assert group.attempts == 4


@pytest.mark.parametrize(
    ("replayed", "came_back", "fate"),
    [
        (False, False, Fate.WAITING),
        (True, False, Fate.REPLAYED),
        (True, True, Fate.CAME_BACK),
        (False, True, Fate.CAME_BACK),  # a crash after the broker's answer: the replay was not remembered
    ],
)
def test_a_letters_fate(*, replayed: bool, came_back: bool, fate: Fate) -> None:
    row = row_of(letter())
    assert with_fate(row, replayed={row.id} if replayed else (), came_back={row.id} if came_back else ()).fate is fate


@pytest.mark.parametrize(
    ("pick", "takes"),
    [
        pytest.param(Pick(), True, id="everything"),
        pytest.param(Pick(ids=[letter().id]), True, id="by its id"),
        pytest.param(Pick(ids=["other"]), False, id="by another's id"),
        pytest.param(Pick(topic="calls.ingested.v1", reason="Broken"), True, id="by topic and reason"),
        pytest.param(Pick(topic="calls.decided.v1"), False, id="another topic"),
        pytest.param(Pick(reason="Brok"), False, id="half a reason"),
        pytest.param(Pick(since=START), True, id="since just then"),
        pytest.param(Pick(since=START + timedelta(seconds=1)), False, id="since later"),
    ],
)
def test_a_pick_takes_what_fits_all_that_was_asked(pick: Pick, *, takes: bool) -> None:
    assert pick.takes(letter()) is takes
