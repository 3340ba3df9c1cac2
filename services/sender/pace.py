"""How long the sender takes for things, and how long it leaves them alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`lease`: a claim that is not reported within it is unsure; `post`: the longest that a POST can take."""

    lease: timedelta
    post: timedelta
    hold: timedelta
    halt: timedelta
    retry_cap: timedelta
    poll: timedelta
    shutdown: timedelta
