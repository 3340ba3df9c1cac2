"""An account's standing: which may follow which, and what the operator may do to a trial. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from schemas.businesses import Entitlement, Status
from services.businesses.calendar import month_later
from services.businesses.refusals import Refused

_MAY_BECOME: Final[Mapping[Status, frozenset[Status]]] = {
    Status.TRIAL: frozenset({Status.ACTIVE, Status.SUSPENDED, Status.CANCELLED, Status.TERMINATED}),
    Status.ACTIVE: frozenset({Status.SUSPENDED, Status.CANCELLED, Status.TERMINATED}),
    Status.SUSPENDED: frozenset({Status.ACTIVE, Status.CANCELLED, Status.TERMINATED}),
    # A customer who left may come back, and takes a plan then: the trial was had.
    Status.CANCELLED: frozenset({Status.ACTIVE, Status.TERMINATED}),
    Status.TERMINATED: frozenset(),
}


def trial(plan: str, *, now: datetime) -> Entitlement:
    """Everything in the chosen plan for one calendar month; without another word, no texts after it."""
    return Entitlement(status=Status.TRIAL, plan=plan, trial_started_at=now, trial_ends_at=month_later(now))


def with_status(entitlement: Entitlement, status: Status) -> Entitlement:
    """Raises Refused where the one does not follow the other; what stands already may be said again."""
    before = entitlement.status
    if status is not before and status not in _MAY_BECOME[before]:
        then = ", ".join(sorted(_MAY_BECOME[before])) or "nothing, it is final"
        raise Refused("--status", f"{before} cannot become {status}", f"from {before} it can become {then}")
    return entitlement.model_copy(update={"status": status})


def with_trial_end(entitlement: Entitlement, ends_at: datetime) -> Entitlement:
    """Extends a trial, or ends it where the time has passed."""
    if entitlement.status is not Status.TRIAL:
        raise Refused(
            "--trial-ends", f"the account is {entitlement.status}, it is in no trial", "change --status instead"
        )
    if ends_at.tzinfo is None:
        raise Refused("--trial-ends", "the time has no zone", "end it with Z or an offset: 2030-01-31T12:00:00Z")
    if ends_at < entitlement.trial_started_at:
        start = entitlement.trial_started_at.isoformat(timespec="seconds")
        raise Refused("--trial-ends", "it lies before the trial's start", f"give a time after {start}")
    return entitlement.model_copy(update={"trial_ends_at": ends_at})
