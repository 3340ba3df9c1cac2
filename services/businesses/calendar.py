"""The trial's length: one calendar month. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime


def month_later(start: datetime) -> datetime:
    """The same day and time of the next month, in the start's own zone; its last day where it is too short.

    31 January gives 28 or 29 February: nobody's trial runs into a third month.
    """
    year, month = divmod(start.year * 12 + start.month, 12)
    days = monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, days))
