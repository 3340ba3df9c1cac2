"""When which phone stops ringing: pure arithmetic over what the callees are going to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.voice.script import Callee, Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """At that many seconds of ringing, this leg picks up or is out."""

    at: float
    leg: int
    picks_up: bool
    status: str
    """What the leg ends as if it does not pick up."""


def turns(callees: Sequence[Callee], timeout: float) -> list[Turn]:
    """The turns of a Dial in order; whoever would act after the timeout has not answered."""
    return sorted((_turn(leg, callee, timeout) for leg, callee in enumerate(callees)), key=lambda turn: turn.at)


def _turn(leg: int, callee: Callee, timeout: float) -> Turn:
    if callee.outcome is Outcome.NO_ANSWER or callee.after > timeout:
        return Turn(at=timeout, leg=leg, picks_up=False, status="no-answer")
    return Turn(at=callee.after, leg=leg, picks_up=callee.outcome.picks_up, status=str(callee.outcome))


def dial_status(ended_as: Sequence[str]) -> str:
    """What a Dial that bridged nobody reports of several legs: a leg that was answered counts first, busy last."""
    return next(status for status in ("completed", "no-answer", "failed", "busy") if status in ended_as)
