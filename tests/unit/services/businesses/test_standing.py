"""Which standing may follow which, and what can be done to a trial."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from schemas.businesses import Entitlement, Status
from services.businesses.refusals import Refused
from services.businesses.standing import trial, with_status, with_trial_end

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
TRIAL = trial("standard", now=NOW)
ALLOWED = {
    ("trial", "active"),
    ("trial", "suspended"),
    ("trial", "cancelled"),
    ("trial", "terminated"),
    ("active", "suspended"),
    ("active", "cancelled"),
    ("active", "terminated"),
    ("suspended", "active"),
    ("suspended", "cancelled"),
    ("suspended", "terminated"),
    ("cancelled", "active"),
    ("cancelled", "terminated"),
}


def standing(status: Status) -> Entitlement:
    return TRIAL.model_copy(update={"status": status})


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_standing_follows_another_only_where_the_table_says_so(before: Status, after: Status) -> None:
    if before is after or (before.value, after.value) in ALLOWED:
        assert with_status(standing(before), after) == standing(after)
    else:
        with pytest.raises(Refused, match=f"--status: {before} cannot become {after}; from {before} it can become"):
            with_status(standing(before), after)


def test_a_trial_begins_now_and_ends_a_calendar_month_later() -> None:
    assert TRIAL.trial_started_at == NOW
    assert TRIAL.trial_ends_at == datetime(2030, 2, 28, 12, tzinfo=UTC)
    assert TRIAL.status is Status.TRIAL


@pytest.mark.parametrize("ends_at", [NOW, NOW + timedelta(seconds=1), NOW + timedelta(days=365)], ids=str)
def test_a_trial_can_be_ended_and_extended(ends_at: datetime) -> None:
    assert with_trial_end(TRIAL, ends_at) == TRIAL.model_copy(update={"trial_ends_at": ends_at})


@pytest.mark.parametrize(
    ("entitlement", "ends_at", "problem"),
    [
        (TRIAL, NOW - timedelta(seconds=1), "before the trial's start"),
        (TRIAL, NOW.replace(tzinfo=None), "no zone"),
        (standing(Status.ACTIVE), NOW, "it is in no trial"),
        (standing(Status.TERMINATED), NOW, "it is in no trial"),
    ],
    ids=["before its start", "without a zone", "of an active account", "of a terminated account"],
)
def test_an_end_of_trial_that_makes_no_sense_is_refused(
    entitlement: Entitlement, ends_at: datetime, problem: str
) -> None:
    with pytest.raises(Refused, match=f"--trial-ends: .*{problem}"):
        with_trial_end(entitlement, ends_at)
