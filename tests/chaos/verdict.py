"""What became of every text that was owed, and whether it may have: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.sender.entry import State
from tests.chaos.books import KNOWN, Standing
from tests.chaos.faults import BEHAVIOURS
from tests.chaos.owed import Owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """`created`: messages at Twilio. `said`: the states that the world was told of."""

    owed: Owed
    standing: Standing | None
    created: int
    said: frozenset[str]

    @property
    def state(self) -> State | None:
        return self.standing.state if self.standing else None

    @property
    def known(self) -> bool:
        """In the ledger, and to everybody who listens."""
        return self.state in KNOWN | {State.UNSURE} and self.state in self.said


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The texts of one fault."""

    fault: str
    owed: int
    accepted: int
    failed: int
    parked: int
    unsure: int
    doubled: int
    unknown: int


def row(fault: str, fates: Sequence[Fate]) -> Row:
    def standing_as(state: State) -> int:
        return sum(fate.known and fate.state is state for fate in fates)

    return Row(
        fault=fault,
        owed=len(fates),
        accepted=standing_as(State.ACCEPTED),
        failed=standing_as(State.FAILED),
        parked=standing_as(State.PARKED),
        unsure=standing_as(State.UNSURE),
        doubled=sum(fate.created > 1 for fate in fates),
        unknown=sum(not fate.known for fate in fates),
    )


def reasons(fates: Iterable[Fate]) -> Mapping[tuple[State, str], int]:
    """Why texts did not become accepted: how many stand in which state for which reason."""
    return Counter(
        (fate.standing.state, fate.standing.reason or "")
        for fate in fates
        if fate.standing and fate.standing.state is not State.ACCEPTED
    )


def rows(fates: Sequence[Fate]) -> list[Row]:
    faults = sorted({fate.owed.row for fate in fates})
    return [row(fault, [fate for fate in fates if fate.owed.row == fault]) for fault in faults]


def violations(fates: Iterable[Fate]) -> list[str]:
    """A sentence for each text that is not as it must be."""
    return [f"{fate.owed.text_id} ({fate.owed.row}): {wrong}" for fate in fates if (wrong := _wrong(fate))]


def _wrong(fate: Fate) -> str | None:
    if fate.created > 1:
        return f"{fate.created} messages were made of it"
    if not fate.known or fate.standing is None:
        return f"it stands as {fate.state}, and the world was told {sorted(fate.said) or 'nothing'}"
    if fate.state is State.PARKED:
        return _wrongly_parked(fate, fate.standing.reason)
    if fate.state is State.UNSURE:
        return f"it was not settled ({fate.standing.reason})"
    if fate.created and fate.state is not State.ACCEPTED:
        return f"it stands as {fate.state} ({fate.standing.reason}), and Twilio has it"
    return (
        "it counts as accepted, and Twilio never had it" if fate.state is State.ACCEPTED and not fate.created else None
    )


def _wrongly_parked(fate: Fate, reason: str | None) -> str | None:
    """Only where no evidence was to be had, and with the reason why it is not known."""
    if reason is None:
        return "it is parked without a reason"
    behaviour = BEHAVIOURS.get(fate.owed.row)
    if fate.created and not (behaviour and behaviour.hidden):
        return f"it is parked ({reason}), although callback or list showed that Twilio has it"
    return None
