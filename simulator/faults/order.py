"""A fault as it is ordered through the control API: which behaviour, for whom, how many times."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.webhooks.steps import Step

Name = Literal[
    "api-error", "too-many-requests", "server-error", "hang-up",
    "accept-never-answer", "accept-then-500", "answer-late", "cut-answer", "wrong-sid",
    "undelivered", "failed",
    "list-lag",
    "callback-before-answer", "no-callback", "callback-twice", "callbacks-backwards",
    "callback-of-another",
    "webhook-lost", "webhook-twice",
]  # fmt: skip


class FaultOrder(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Name
    to: str | None = None
    from_: str | None = Field(default=None, alias="from")
    """Neither `to` nor `from`: whoever comes."""
    times: int | None = Field(default=1, ge=1)
    """None: until the faults are deleted."""
    code: int = 30008
    """Twilio's error code, for the behaviours that carry one; 30008 is its "unknown error" of a delivery."""
    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: int | None = Field(default=None, ge=0)
    real_seconds: float = Field(default=0.0, ge=0)
    steps: frozenset[Step] = frozenset()
    """For webhooks: none means every step."""

    def meets(self, from_: str, to: str) -> bool:
        return self.to in (None, to) and self.from_ in (None, from_)
