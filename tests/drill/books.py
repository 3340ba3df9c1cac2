"""What the topics say of a call, and of a STOP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from runtime.events import Event
from schemas.calls import CallDecided, Verdict
from schemas.consents import ConsentChanged, Wish
from schemas.reasons import Reason
from schemas.texts import Screening, TextDispatched, TextScreened, TextState

_TOO_LATE: Final = frozenset({Reason.TOO_LATE, Reason.EXPIRED})


@dataclass(slots=True)
class Story:
    """Of one call. `fates`: the states that its text came to. `withheld_for`: why it was blocked, or failed."""

    verdict: Verdict | None = None
    reason: Reason | None = None
    screening: Screening | None = None
    fates: set[TextState] = field(default_factory=set)
    withheld_for: set[Reason] = field(default_factory=set)

    @property
    def told(self) -> bool:
        """To its end, or to where only Twilio knows more."""
        if self.verdict is None:
            return False
        if self.verdict is not Verdict.MISSED:
            return True
        return self.screening is not None and (self.screening is not Screening.PERMITTED or bool(self.fates))

    def withheld(self, *, opted_out: bool) -> bool:
        """It was too late for a text, or nobody can know whether it was sent; `opted_out`: or it was not wanted."""
        unknown = bool({TextState.UNSURE, TextState.PARKED} & self.fates) and TextState.ACCEPTED not in self.fates
        good = _TOO_LATE | {Reason.OPTED_OUT} if opted_out else _TOO_LATE
        return unknown or bool(self.withheld_for & good)


def story_of(events: Iterable[Event[Any]]) -> Story:
    """In the order of the flow, as the observer gives them."""
    story = Story()
    for event in events:
        match event.data:
            case CallDecided() as call:
                story.verdict, story.reason = call.verdict, call.reason
            case TextScreened() as text:
                story.screening = text.screening
                if text.screening is not Screening.PERMITTED:
                    story.withheld_for.add(text.reason)
            case TextDispatched() as text:
                story.fates.add(text.state)
                if text.state is TextState.FAILED:
                    story.withheld_for.add(text.reason)
    return story


def opt_outs(events: Iterable[Event[Any]]) -> int:
    """How often it was told that this message ended texts to its author."""
    return sum(isinstance(e.data, ConsentChanged) and e.data.wish is Wish.OPTED_OUT for e in events)
