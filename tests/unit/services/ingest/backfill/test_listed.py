"""Calls are put together from the entries of the list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.backfill.listed import Leg, ListedCall, calls_among
from tests.unit.services.ingest.backfill.legs import SECOND_CHILD, caller_leg, child_leg, listed
from tests.unit.services.ingest.webhooks import CHILD

ENTRIES = [
    caller_leg(),
    child_leg(),
    child_leg("busy", SECOND_CHILD),
    child_leg("no-answer", "CA" + "8" * 32, parent_sid="CA" + "7" * 32),
    caller_leg("no-answer", sid="CA" + "6" * 32),
    caller_leg(sid="CA" + "5" * 32, direction="outbound-api"),
]


def seen(calls: list[ListedCall]) -> dict[str, set[str]]:
    return {call.leg.sid: {child.sid for child in call.children} for call in calls}


@given(st.permutations([*ENTRIES, ENTRIES[0], ENTRIES[1]]))
def test_a_call_has_its_legs_in_whatever_order_and_however_often_they_are_listed(entries: list[Leg]) -> None:
    """Neither a leg without its call nor a call that the account itself made is one."""
    assert seen(calls_among(entries)) == {caller_leg().sid: {CHILD, SECOND_CHILD}, "CA" + "6" * 32: set()}


@pytest.mark.parametrize(
    ("call", "over"),
    [
        (listed(), True),
        (listed(caller_leg("no-answer"), child_leg("canceled")), True),
        (listed(caller_leg("in-progress")), False),
        (listed(caller_leg("completed"), child_leg("in-progress")), False),
        (listed(caller_leg("teleported")), False),
    ],
    ids=["ended", "with its legs", "goes on", "a leg goes on", "a status nobody has heard of"],
)
def test_a_call_is_over_when_all_its_legs_are(call: ListedCall, over: bool) -> None:  # noqa: FBT001 - a table's column
    assert call.is_over is over
