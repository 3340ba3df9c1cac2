"""A webhook to be delivered, and what became of it."""

from dataclasses import dataclass
from typing import Any

from simulator.webhooks.patience import Trouble
from simulator.webhooks.steps import Step


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    step: Step
    url: str
    params: dict[str, str]
    token: str
    """The account's primary token, which signs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    step: Step
    sequence: str | None
    """The SequenceNumber it carried, if any."""
    status: int | None
    """HTTP status of the last attempt; none where no answer came."""
    seconds: float
    """Real seconds from the first attempt to the end of the last."""
    attempts: int
    """0: lost on the way, by order."""
    trouble: Trouble | None = None
    body: str = ""
    content_type: str = ""

    @property
    def ok(self) -> bool:
        return self.attempts > 0 and self.trouble is None

    def described(self) -> dict[str, Any]:
        """For the control API: all but the answer's words."""
        return {
            "step": self.step,
            "sequence": self.sequence,
            "status": self.status,
            "seconds": round(self.seconds, 6),
            "attempts": self.attempts,
            "trouble": self.trouble,
            "lost": self.attempts == 0,
        }


def lost(letter: Letter) -> Receipt:
    """What stands in the journal for a webhook that was never sent."""
    sequence = letter.params.get("SequenceNumber")
    return Receipt(step=letter.step, sequence=sequence, status=None, seconds=0.0, attempts=0)
