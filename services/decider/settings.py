"""What the decider is told by its environment."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from runtime.settings import RuntimeSettings
from services.decider.rules import Timing


class Settings(RuntimeSettings):
    """All in seconds."""

    grace_seconds: float = Field(default=10, description="after the call's end, for a Dial's outcome still to come")
    forwarded_call_seconds: float = Field(default=60, description="for the end of a call that a carrier forwarded")
    longest_call_seconds: float = Field(default=4 * 3600 + 600, description="Twilio ends a call after four hours")

    @property
    def timing(self) -> Timing:
        return Timing(
            grace=timedelta(seconds=self.grace_seconds),
            forwarded_call=timedelta(seconds=self.forwarded_call_seconds),
            longest_call=timedelta(seconds=self.longest_call_seconds),
        )
