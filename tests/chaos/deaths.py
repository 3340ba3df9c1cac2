"""A place to die, a death at it, and whether what it left behind may be: pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.sender.entry import State
from tests.chaos.books import Standing
from tests.chaos.places import own_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """`place`: what `places.watch` calls it. `scenario`: in which a text comes by it."""

    place: str
    scenario: str

    @property
    def own(self) -> str:
        """The await of ours that it is behind: what a library does under it may differ from time to time."""
        return own_part(self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """`before`: the ledger's word at the moment of death, None where it had none. `after`: once others have acted."""

    point: Point
    before: State | None
    after: Standing | None
    created: int


def problem(death: Death) -> str | None:
    """What must not be, if it is. Whatever was not claimed was not posted, so the next sender must post it."""
    after = death.after
    if death.created > 1:
        return f"{death.created} messages were made of one text"
    if after is None or not after.settled:
        return f"the text ended as {after.state if after else 'lost'}, and nobody knows of it"
    if death.before in (None, State.INTENT) and after.state is not State.ACCEPTED:
        return f"it was never in anybody's hand, and ended as {after.state}"
    if death.created and after.state is not State.ACCEPTED:
        return f"Twilio has it, and it stands as {after.state}"
    if not death.created and (after.state is State.ACCEPTED or after.reason is None):
        return f"Twilio does not have it, and it stands as {after.state} ({after.reason})"
    return None
