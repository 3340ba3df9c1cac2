"""Whether a business's account gives it the right to text."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from schemas.businesses import Entitlement, Status
from schemas.reasons import Reason

_WITHOUT_RIGHT: Final = {
    Status.SUSPENDED: Reason.SUSPENDED,
    Status.CANCELLED: Reason.CANCELLED,
    Status.TERMINATED: Reason.TERMINATED,
}


def not_entitled(entitlement: Entitlement, now: datetime) -> Reason | None:
    """Why the account gives no right to text, or None. A trial's last instant is no longer in it."""
    if entitlement.status is Status.TRIAL:
        return None if now < entitlement.trial_ends_at else Reason.TRIAL_OVER
    return _WITHOUT_RIGHT.get(entitlement.status)
