"""What is missing of a call, and when that is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from schemas.businesses import Mode
from schemas.calls import Step
from schemas.directory import Directory
from services.ingest.backfill.listed import ListedCall
from services.ingest.backfill.rules import Patience, is_ripe, missing, owner
from services.ingest.backfill.told import Told
from tests.unit.services.ingest.backfill.legs import ENDED_AT, SECOND_CHILD, STARTED, caller_leg, child_leg, listed
from tests.unit.services.ingest.webhooks import CALL, CHILD, NUMBER, OTHER_ACCOUNT, business

FORWARD, OVERFLOW, OBSERVE = Mode.FORWARD, Mode.OVERFLOW, Mode.OBSERVE
RUNG = listed(caller_leg(), child_leg(), child_leg("busy", SECOND_CHILD))
PATIENCE = Patience(webhooks=timedelta(minutes=1), list=timedelta(minutes=10))
VOICE, PARENT = (Step.VOICE, CALL), (Step.CALL_STATUS, CALL)
FIRST, SECOND = (Step.CALL_STATUS, CHILD), (Step.CALL_STATUS, SECOND_CHILD)


def told(*, voice: bool = False, dial: bool = False, ended: Iterable[str] = ()) -> Told:
    return Told(voice=voice, dial=dial, ended=set(ended))


@pytest.mark.parametrize(
    ("call", "heard", "mode", "lacking"),
    [
        pytest.param(RUNG, told(), FORWARD, [PARENT, VOICE, FIRST, SECOND], id="all webhooks were lost"),
        pytest.param(RUNG, told(voice=True), FORWARD, [PARENT, FIRST, SECOND], id="all after the first"),
        pytest.param(RUNG, told(voice=True, ended={CALL, CHILD}), FORWARD, [SECOND], id="one leg's"),
        pytest.param(RUNG, told(voice=True, ended={CALL, CHILD, SECOND_CHILD}), FORWARD, [], id="none but the Dial's"),
        pytest.param(RUNG, told(dial=True), FORWARD, [], id="the Dial's outcome settles it"),
        pytest.param(RUNG, told(ended={CALL}), FORWARD, [VOICE, FIRST, SECOND], id="all before the end"),
        pytest.param(listed(), told(), OVERFLOW, [PARENT, VOICE], id="nobody was rung"),
        pytest.param(RUNG, told(), OBSERVE, [PARENT], id="of another application only the call itself"),
        pytest.param(RUNG, told(ended={CALL}), OBSERVE, [], id="which is known"),
    ],
)
def test_what_is_missing_is_what_the_webhooks_would_have_said_and_did_not(
    call: ListedCall, heard: Told, mode: Mode, lacking: list[tuple[Step, str]]
) -> None:
    assert [(one.step, one.leg.sid) for one in missing(call, heard, mode)] == lacking


FORWARDED = listed(caller_leg(forwarded_from="+14155550142"))


@pytest.mark.parametrize(
    ("call", "heard", "mode", "after"),
    [
        pytest.param(listed(caller_leg("no-answer")), told(), FORWARD, 1, id="its own status tells"),
        pytest.param(RUNG, told(voice=True), FORWARD, 1, id="we know how many phones were rung"),
        pytest.param(listed(), told(), FORWARD, 10, id="a leg may not be listed yet"),
        pytest.param(RUNG, told(), FORWARD, 10, id="another leg may not be listed yet"),
        pytest.param(FORWARDED, told(), OVERFLOW, 1, id="its carrier tells"),
        pytest.param(FORWARDED, told(), FORWARD, 10, id="forwarded, which proves nothing here"),
        pytest.param(listed(), told(), OBSERVE, 1, id="nothing follows from its legs"),
    ],
)
def test_a_call_is_left_alone_for_some_minutes_after_its_end(
    call: ListedCall, heard: Told, mode: Mode, after: int
) -> None:
    """Longer where it would count as missed because something is not in the list."""
    lacking = missing(call, heard, mode)

    def ripe(at: datetime) -> bool:
        return is_ripe(call, lacking, mode, now=at, patience=PATIENCE)

    ripe_at = ENDED_AT + timedelta(minutes=after)
    assert not ripe(ripe_at - timedelta(microseconds=1))
    assert ripe(ripe_at)


def test_a_call_that_is_not_over_is_never_ripe() -> None:
    call = listed(caller_leg(), child_leg("in-progress"))
    lacking = missing(call, told(), FORWARD)
    assert not is_ripe(call, lacking, FORWARD, now=ENDED_AT + timedelta(days=1), patience=PATIENCE)


@pytest.mark.parametrize(
    ("call", "is_ours"),
    [
        pytest.param(listed(), True, id="to a connected number"),
        pytest.param(listed(caller_leg(called="(415) 555-0199")), True, id="in any form"),
        pytest.param(listed(caller_leg(called="+14155550177")), False, id="to a number of nobody's"),
        pytest.param(listed(caller_leg(called="client:alice")), False, id="to no number"),
        pytest.param(listed(caller_leg(account_sid=OTHER_ACCOUNT)), False, id="of another account"),
        pytest.param(listed(caller_leg(started_at=STARTED - timedelta(hours=2))), False, id="before it came to us"),
    ],
)
def test_only_calls_to_a_business_of_ours_are_ours(call: ListedCall, is_ours: bool) -> None:  # noqa: FBT001 - a column
    directory = Directory()
    directory.change("b1", business(numbers=(NUMBER,)))
    assert (owner(call, directory) is not None) is is_ours
