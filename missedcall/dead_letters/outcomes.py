"""What becomes of each letter that is to be replayed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from missedcall.dead_letters.letters import Letter
from missedcall.dead_letters.memory import Replays


class Outcome(StrEnum):
    """What became of one letter."""

    REPLAYED = "replayed"
    BEFORE = "replayed before"
    UNREADABLE = "unreadable still"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`detail`: where it stands now, or when it was replayed, or what is wrong."""

    letter_id: str
    outcome: Outcome
    detail: str
    attempt: int


def refusal(letter: Letter, replays: Replays | None, *, again: bool, force: bool) -> Result | None:
    """Why it is not replayed; None where it is."""
    if replays is not None and not again:
        last = replays.last.isoformat(timespec="seconds")
        return result_of(letter, Outcome.BEFORE, f"{last} to {replays.places[-1]}")
    if not force and (problem := letter.problem):
        return result_of(letter, Outcome.UNREADABLE, problem)
    return None


def result_of(letter: Letter, outcome: Outcome, detail: str) -> Result:
    attempt = letter.attempt + (outcome is Outcome.REPLAYED)
    return Result(letter_id=letter.id, outcome=outcome, detail=detail, attempt=attempt)
