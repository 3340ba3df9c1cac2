"""How one message will be treated: what the faults ordered for it say, folded into one record before it is taken."""

from dataclasses import dataclass
from enum import StrEnum, auto

from simulator.api.errors import ApiError


class Answer(StrEnum):
    """How the answer to the POST reaches the client, once the message is accepted."""

    WHOLE = auto()
    NEVER = auto()
    CUT = auto()
    """Half of it, then the connection closes."""
    SERVER_ERROR = auto()


class Callbacks(StrEnum):
    """What the client hears of the message afterwards."""

    AFTER = auto()
    BEFORE_ANSWER = auto()
    NONE = auto()
    TWICE = auto()
    BACKWARDS = auto()
    """All of them after the last, in the other direction, and then once more."""
    OF_ANOTHER = auto()
    """With the SID of a message that never was."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    refusal: ApiError | None = None
    hang_up: bool = False
    """The connection closes without an answer, and nothing is accepted."""
    answer: Answer = Answer.WHOLE
    answer_after: float = 0.0
    """Real seconds between acceptance and answer."""
    wrong_sid: bool = False
    outcome: str = "delivered"
    error_code: int | None = None
    callbacks: Callbacks = Callbacks.AFTER
    listed_after: float = 0.0
    """Real seconds until the Messages list shows it."""

    @property
    def accepts(self) -> bool:
        return self.refusal is None and not self.hang_up
