"""A moment in the past as a person types it: an ISO time, or how long ago. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

_AGO: Final = re.compile(r"(\d{1,6})([smhd])")
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


class NoMoment(ValueError):  # noqa: N818 - it says what is known
    """What was typed names no moment in the past; the message says what would."""


def moment(text: str, *, now: datetime) -> datetime:
    """Raises NoMoment."""
    if ago := _AGO.fullmatch(text.strip()):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NoMoment(f"{text!r} is no time: say 2h, 90m or 3d, or 2030-01-31T12:00:00Z") from None
    if at.tzinfo is None:
        raise NoMoment(f"{text!r} has no time zone: put Z behind it for UTC, or +02:00")
    if at > now:
        raise NoMoment(f"{text!r} is in the future")
    return at
