"""What became of each call, and of all calls of a trouble: counted, and held to what is promised."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.drill.books import Story
from tests.drill.callers import Ended

VOICE_P99_SECONDS: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Of one call. `texts`: from the business that its caller got in the end. `opt_outs`: told for their STOP."""

    ended: Ended
    story: Story
    texts: int
    opt_outs: int

    @property
    def owed(self) -> bool:
        return self.ended.missed and self.ended.called.wants_one

    @property
    def withheld(self) -> bool:
        """Whoever took a STOP back may stay opted out: it may be START that comes too late, never STOP."""
        known = self.story.withheld(opted_out=self.ended.called.took_it_back)
        return self.owed and not self.texts and known

    @property
    def doubled(self) -> bool:
        """More than one text, or one that nobody was owed."""
        return self.texts > (1 if self.ended.missed else 0)

    @property
    def lost(self) -> bool:
        """Never decided; or owed a text that was not sent, and nothing says so."""
        return self.story.verdict is None or (self.owed and not self.texts and not self.withheld)

    @property
    def after_stop(self) -> bool:
        return self.texts > 0 and self.ended.called.wants_none

    @property
    def unheard(self) -> bool:
        """A STOP that we acknowledged and that did not become one opt-out. Under a START none need be told."""
        called = self.ended.called
        return called.stop is not None and not called.took_it_back and self.opt_outs != 1

    @property
    def wrong(self) -> str | None:
        """What is wrong with it, for whoever looks into it."""
        wrongs = {"lost": self.lost, "doubled": self.doubled, "after STOP": self.after_stop, "unheard": self.unheard}
        if not any(wrongs.values()):
            return None
        names = ", ".join(name for name, holds in wrongs.items() if holds)
        ended = "missed" if self.ended.missed else "answered"
        story = self.story
        said = [story.verdict, story.reason, story.screening, *sorted(story.fates), *sorted(story.withheld_for)]
        told = ", ".join(word.value for word in said if word) or "nothing"
        counted = f"{self.texts} texts, {self.opt_outs} opt-outs"
        return f"{names}: call {self.ended.called.sid}, {ended}: {counted}, and what was said of it: {told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`stops`: acknowledged; `not_taken`: STOPs that were not. The last four in seconds."""

    trouble: str
    calls: int
    decided: int
    owed: int
    texted: int
    withheld: int
    doubled: int
    lost: int
    stops: int
    not_taken: int
    unheard: int
    after_stop: int
    voice_p99: float
    voice_worst: float
    worst: float
    backlog: float

    @property
    def problems(self) -> Iterator[str]:
        if not self.calls:
            yield "nobody called"
        if self.voice_p99 > VOICE_P99_SECONDS:
            yield f"/twilio/voice took {self.voice_p99:.2f} s at p99, more than {VOICE_P99_SECONDS} s"


def row(trouble: str, fates: Sequence[Fate], *, backlog: float) -> Row:
    owed = [fate for fate in fates if fate.owed]
    voice = sorted(seconds for fate in fates for seconds in fate.ended.voice)
    others = [seconds for fate in fates for seconds in fate.ended.others]
    return Row(
        trouble=trouble,
        calls=len(fates),
        decided=sum(fate.story.verdict is not None for fate in fates),
        owed=len(owed),
        texted=sum(fate.texts > 0 for fate in owed),
        withheld=sum(fate.withheld for fate in owed),
        doubled=sum(fate.doubled for fate in fates),
        lost=sum(fate.lost for fate in fates),
        stops=sum(fate.ended.called.stop is not None for fate in fates),
        not_taken=sum(fate.ended.called.not_taken for fate in fates),
        unheard=sum(fate.unheard for fate in fates),
        after_stop=sum(fate.after_stop for fate in fates),
        voice_p99=_p99(voice),
        voice_worst=max(voice, default=0.0),
        worst=max([*voice, *others], default=0.0),
        backlog=backlog,
    )


def _p99(ascending: Sequence[float]) -> float:
    """The nearest rank: of fewer than a hundred it is the worst."""
    return ascending[math.ceil(0.99 * len(ascending)) - 1] if ascending else 0.0
