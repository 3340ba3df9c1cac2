"""Tells a scene as people would look at it: who called, what happened, the text, or the sentence why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from missedcall.stage.observer import Observer
from missedcall.stage.play import Outcome, Played
from missedcall.stage.text_fate import fate_of, told_text
from runtime.events import Event
from schemas.calls import CallDecided, Verdict
from schemas.consents import ConsentChanged, ScopeKind, Wish
from schemas.messages import MessageIngested
from schemas.texts import TextScreened

_INDENT: Final = (0, 0, 0, 3)
_SCOPES: Final = {
    ScopeKind.NUMBER: "from this number",
    ScopeKind.BUSINESS: "from this business",
    ScopeKind.EVERYONE: "from anyone here",
}


def told(outcome: Outcome, observer: Observer) -> RenderableType:
    """Everything but the headline comes from the topics."""
    mark, style = ("✓", "bold green") if outcome.ok else ("✗", "bold red")
    lines: list[RenderableType] = [Text(f"{mark} {outcome.scene.name}", style=style)]
    for played in outcome.steps:
        lines += _step(played, observer.events(played.about))
    if not outcome.ok:
        lines += [Text(f"expected:\n{outcome.expected}"), Text(f"observed:\n{outcome.observed}", style="red")]
    indented = [Padding(line, _INDENT, expand=False) for line in lines[1:]]
    return Group(lines[0], *indented, Text(""))


def _step(played: Played, events: Sequence[Event[Any]]) -> list[RenderableType]:
    return list(_lines(events)) or [Text(f"nothing was seen of {played.about}", style="red")]


def _lines(events: Sequence[Event[Any]]) -> Iterator[RenderableType]:
    """A text is told once, where it was screened: with what became of it in the end."""
    for event in events:
        match event.data:
            case CallDecided() as call:
                yield _call(call)
            case TextScreened() as text:
                yield told_text(text, fate_of(text.text_id, events))
            case MessageIngested() as message:
                yield Text.assemble(f"✉ {_who(message.author)} texted {_who(message.number)}: ", (message.body, "bold"))
            case ConsentChanged() as consent:
                yield _consent(consent)


def _call(call: CallDecided) -> Text:
    caller = _who(call.caller) if call.caller else "somebody with a withheld number"
    colour = "yellow" if call.verdict is Verdict.MISSED else "cyan"
    return Text.assemble(f"☎ {caller} called {_who(call.called)}: ", (call.reason.sentence, colour))


def _consent(consent: ConsentChanged) -> Text:
    wish = "wants no more texts" if consent.wish is Wish.OPTED_OUT else "may be texted again"
    return Text(f"↳ remembered: the caller {wish} {_SCOPES[consent.scope.kind]}", style="dim")


def _who(number: str) -> str:
    return f"…{number[-4:]}"
