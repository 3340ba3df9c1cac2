"""What the people on the phone do in one call: the caller, and whoever is rung. Seconds are call seconds."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from simulator.webhooks.steps import Step


class Outcome(StrEnum):
    ANSWERS = "answers"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    VOICEMAIL = "voicemail"
    """The phone's own voicemail takes the call."""
    MACHINE = "machine"
    """Something else takes it: a phone that screens calls, a fax, an IVR."""

    @property
    def picks_up(self) -> bool:
        return self in {Outcome.ANSWERS, Outcome.VOICEMAIL, Outcome.MACHINE}


class Callee(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str | None = None
    """None: whichever number is rung and not named by another callee."""
    outcome: Outcome = Outcome.NO_ANSWER
    after: float = Field(default=3.0, ge=0)
    talk_seconds: float = Field(default=30.0, ge=0)
    presses: str | None = None
    """Digits for a Gather on the callee's leg, as in "press 1 to accept"."""
    answered_by: str | None = None
    """What answering machine detection believes; None: what the outcome suggests."""


class CallScript(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    forwarded_from: str | None = None
    hangs_up_after: float | None = Field(default=None, ge=0)
    """The caller's patience from the first ring; None: stays to the end."""
    voicemail_seconds: float | None = Field(default=None, ge=0)
    """How long the caller speaks to a Record; None: hangs up at the beep."""
    callees: tuple[Callee, ...] = ()
    withheld: str | None = None
    """What Twilio shows in place of the caller's number, such as "anonymous" or "+266696687"."""
    stir_verstat: str | None = "TN-Validation-Passed-A"
    duplicate: bool = False
    """Every webhook is sent twice, both copies at once."""
    shuffle: bool = False
    """All webhooks but those the call cannot go on without come after its end, in another order than they happened;
    the answer to a Dial's action comes too late to be obeyed, so the call ends there."""
    lose: frozenset[Step] = frozenset()

    @property
    def shown_from(self) -> str:
        return self.from_ if self.withheld is None else self.withheld


class Callees:
    """Who picks up which phone: named ones theirs, the others in turn, the last of them whatever is left."""

    def __init__(self, callees: tuple[Callee, ...]) -> None:
        self._named = {callee.number: callee for callee in callees if callee.number}
        self._unnamed = [callee for callee in callees if not callee.number]

    def of(self, number: str) -> Callee:
        if number in self._named:
            return self._named[number]
        if not self._unnamed:
            return Callee(outcome=Outcome.NO_ANSWER)
        return self._unnamed.pop(0) if len(self._unnamed) > 1 else self._unnamed[0]
