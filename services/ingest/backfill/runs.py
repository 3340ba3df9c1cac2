"""A run through one account's list, as it is remembered, and when the schedule wants the next one."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum, unique

from pydantic import AwareDatetime, Field

from runtime.events import Fact
from services.ingest.backfill.windows import REACH, Window


@unique
class State(StrEnum):
    """`refused`: Twilio does not let us read this account, or there is no token for it."""

    OPEN = "open"
    COMPLETE = "complete"
    REFUSED = "refused"


class Run(Fact):
    """From `until` back to `since`; what is newer than `reached` is done."""

    run_id: str
    account_sid: str
    business_id: str | None = Field(default=None, description="this one's calls alone")
    since: AwareDatetime
    until: AwareDatetime
    reached: AwareDatetime
    read_until: AwareDatetime | None = Field(default=None, description="only of the schedule: no gap before this")
    state: State = State.OPEN
    begun: bool = False
    trouble: str | None = Field(default=None, description="what it waits for, or why it was refused")
    listed: int = Field(default=0, description="calls to our businesses in Twilio's list")
    found: int = Field(default=0, description="calls that lacked something, which was ingested")
    waiting: int = Field(default=0, description="calls that lack something and ended too recently to say")

    @property
    def rest(self) -> Window:
        return Window(self.since, self.reached)


class Rhythm(Fact):
    """`overlap`: Twilio lists a call late, and a call lasts; so far back each pass reads again."""

    every: timedelta
    overlap: timedelta


def scheduled_id(account_sid: str) -> str:
    return f"schedule.{account_sid}"


def next_scheduled(last: Run | None, account_sid: str, *, now: datetime, rhythm: Rhythm) -> Run | None:
    """None while there is nothing to do yet. A gap is as long as it is: the last complete pass is where it begins."""
    if last and (last.state is State.OPEN or now < last.until + rhythm.every):
        return None
    read_until = last.read_until if last and last.read_until else now
    since = max(read_until - rhythm.overlap, now - REACH)
    return Run(
        run_id=scheduled_id(account_sid),
        account_sid=account_sid,
        since=since,
        until=now,
        reached=now,
        read_until=read_until,
    )
