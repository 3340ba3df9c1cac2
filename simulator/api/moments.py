"""Twilio's date filters: a day or a moment, on it, from it on, or up to it; in GMT."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from simulator.api.errors import ApiError

Span = tuple[datetime, datetime]
"""From this moment on, up to but without that one."""


def filtered(query: Mapping[str, str], name: str, *, by_day: bool) -> Callable[[datetime | None], bool]:
    """Whether a time passes `Name`, `Name<` (up to) and `Name>` (from). What has no time yet passes only no filter."""
    on, until, since = (_span(query, f"{name}{sign}", by_day=by_day) for sign in ("", "<", ">"))
    if on is until is since is None:
        return lambda _: True

    def passes(moment: datetime | None) -> bool:
        if moment is None:
            return False
        return (
            (on is None or on[0] <= moment < on[1])
            and (until is None or moment < until[1])
            and (since is None or moment >= since[0])
        )

    return passes


def _span(query: Mapping[str, str], name: str, *, by_day: bool) -> Span | None:
    text = query.get(name)
    if not text:
        return None
    moment = _moment(text)
    if moment is None:
        raise ApiError(code=20001, message=f"Invalid {name}", status=400)
    if by_day or len(text) == len("2008-01-02"):
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        return day, day + timedelta(days=1)
    return moment, moment + timedelta(seconds=1)


def _moment(text: str) -> datetime | None:
    for read in (_iso_day, datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError):
            continue
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None


def _iso_day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)
