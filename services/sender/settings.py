"""What the sender is told by its environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from runtime.settings import RuntimeSettings
from services.sender.breaker import Tolerance
from services.sender.pace import Pace
from services.sender.settlement import Rhythm


class Settings(RuntimeSettings):
    """Times are seconds, as their names say."""

    public_url: str = Field(description="where Twilio reaches us: status callbacks go there")
    twilio_api_base: str | None = Field(default=None, description="another Twilio, such as the simulator")
    twilio_credentials: Path = Field(description="folder of one file an account, a token a line, the first one used")
    twilio_connect_seconds: float = Field(default=3, gt=0)
    twilio_read_seconds: float = Field(default=10, gt=0, description="for the whole answer, once connected")

    posts_per_account: int = Field(default=8, ge=1, description="at once, at most; a sudden death may strand as many")
    silences_limit: int = Field(default=5, ge=1, description="POSTs of an account in a row without an answer")
    silence_seconds: float = Field(default=2, gt=0, description="that it is left alone then; doubled with each probe")
    lease_seconds: float = Field(default=60, description="a claim that is not reported within this is unsure")
    views_max_age_seconds: float = Field(default=10, description="an older view of consents posts nothing")
    hold_seconds: float = Field(default=2, description="until a text that was held back is looked at again")
    halt_seconds: float = Field(default=30, description="that an account is left alone after Twilio refused it")
    retry_cap_seconds: float = Field(default=30, description="the longest wait between tries, unless Twilio asks")
    poll_seconds: float = Field(default=0.5, description="how often the ledger is asked when nobody wakes us")
    look_first_seconds: float = Field(default=5, description="from the claim to the first look for an unsure text")
    look_cap_seconds: float = Field(default=3600, description="the longest wait between two looks")
    park_after_seconds: float = Field(default=86400, description="from the claim; what was not seen by then is parked")
    ask_first_seconds: float = Field(default=600, description="without news of a text until Twilio is asked for it")
    ask_cap_seconds: float = Field(default=21600, description="the longest wait between two such questions")
    ask_until_seconds: float = Field(default=259200, description="from the claim; then nobody asks any more")
    ledger_keep_days: int = Field(default=30, description="after a text is settled; longer than any topic is kept")

    @property
    def post_seconds(self) -> float:
        """The longest that a POST can take."""
        return self.twilio_connect_seconds + self.twilio_read_seconds

    @property
    def pace(self) -> Pace:
        return Pace(
            lease=timedelta(seconds=self.lease_seconds),
            post=timedelta(seconds=self.post_seconds),
            hold=timedelta(seconds=self.hold_seconds),
            halt=timedelta(seconds=self.halt_seconds),
            retry_cap=timedelta(seconds=self.retry_cap_seconds),
            poll=timedelta(seconds=self.poll_seconds),
            shutdown=timedelta(seconds=self.shutdown_seconds),
        )

    @property
    def tolerance(self) -> Tolerance:
        """Of an account that does not answer."""
        return Tolerance(silences=self.silences_limit, rest=self.silence_seconds, cap=self.retry_cap_seconds)

    @property
    def looks(self) -> Rhythm:
        """Into Twilio's list, for what is unsure."""
        return _rhythm(self.look_first_seconds, self.look_cap_seconds, self.park_after_seconds)

    @property
    def questions(self) -> Rhythm:
        """About what Twilio took and did not report on."""
        return _rhythm(self.ask_first_seconds, self.ask_cap_seconds, self.ask_until_seconds)

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.lease_seconds < 2 * self.post_seconds:
            raise ValueError(f"lease_seconds must be at least twice what a POST may take, {self.post_seconds} s")
        if self.shutdown_seconds <= self.post_seconds:
            raise ValueError(f"shutdown_seconds must be more than what a POST may take, {self.post_seconds} s")
        return self


def _rhythm(first: float, cap: float, until: float) -> Rhythm:
    return Rhythm(first=timedelta(seconds=first), cap=timedelta(seconds=cap), until=timedelta(seconds=until))
