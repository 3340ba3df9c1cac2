"""Which account gives a right to text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.businesses import Status
from schemas.reasons import Reason
from services.compliance.entitlement import not_entitled
from tests.unit.services.compliance.cases import NOW, business


@pytest.mark.parametrize(
    ("status", "trial_left", "reason"),
    [
        pytest.param(Status.TRIAL, timedelta(days=1), None, id="the trial runs"),
        pytest.param(Status.TRIAL, timedelta(microseconds=1), None, id="the trial's last instant"),
        pytest.param(Status.TRIAL, timedelta(0), Reason.TRIAL_OVER, id="the trial ends now"),
        pytest.param(Status.TRIAL, -timedelta(days=1), Reason.TRIAL_OVER, id="the trial is over"),
        pytest.param(Status.ACTIVE, -timedelta(days=1), None, id="a plan was taken"),
        pytest.param(Status.SUSPENDED, timedelta(days=1), Reason.SUSPENDED, id="suspended during the trial"),
        pytest.param(Status.CANCELLED, timedelta(days=1), Reason.CANCELLED, id="cancelled during the trial"),
        pytest.param(Status.TERMINATED, timedelta(days=1), Reason.TERMINATED, id="terminated during the trial"),
    ],
)
def test_only_a_running_trial_and_a_plan_give_a_right(
    status: Status, trial_left: timedelta, reason: Reason | None
) -> None:
    assert not_entitled(business(status=status, trial_ends_at=NOW + trial_left).entitlement, NOW) is reason
