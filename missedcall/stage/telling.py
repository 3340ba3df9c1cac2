"""Tells a scene as people would look at it: who called, what happened, the text, or the sentence why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from missedcall.stage.observer import Observer
from missedcall.stage.play import Outcome, Played
from runtime.events import Event
from schemas.calls import CallDecided, Verdict
from schemas.consents import ConsentChanged, Wish
from schemas.messages import MessageIngested
from schemas.texts import TextDispatched, TextScreened, TextState

_REACHED = {TextState.SENT: "on its way", TextState.DELIVERED: "delivered", TextState.UNDELIVERED: "not delivered"}


def told(outcome: Outcome, observer: Observer) -> RenderableType:
    """Everything but the headline comes from the topics."""
    mark, style = ("✓", "green") if outcome.ok else ("✗", "bold red")
    lines: list[RenderableType] = [Text(f"{mark} {outcome.scene.name}", style=style)]
    for played in outcome.steps:
        lines += [Padding(line, (0, 0, 0, 3)) for line in _step(played, observer.events(played.about))]
    if not outcome.ok:
        lines += [Text(f"   expected:\n{outcome.expected}"), Text(f"   observed:\n{outcome.observed}")]
    return Group(*lines, Text(""))


def _step(played: Played, events: Sequence[Event[Any]]) -> list[RenderableType]:
    found = [_event(event.data) for event in events if _is_last_word(event.data, played)]
    return found or [Text("nothing was seen of it", style="red")]


def _event(data: Any) -> RenderableType:
    told: RenderableType = Text("")
    match data:
        case CallDecided():
            caller = f"…{data.caller[-4:]}" if data.caller else "somebody with a withheld number"
            colour = "yellow" if data.verdict is Verdict.MISSED else "cyan"
            told = Text.assemble(f"☎ {caller} called: ", (data.reason.sentence, colour))
        case TextScreened():
            told = _screened(data)
        case TextDispatched():
            told = Text(f"↳ {_REACHED.get(data.state, data.reason.sentence)}", style="dim")
        case MessageIngested():
            told = Text.assemble(f"✉ …{data.author[-4:]} texted: ", (data.body, "bold"))
        case ConsentChanged():
            wish = "opted out" if data.wish is Wish.OPTED_OUT else "opted in"
            told = Text(f"↳ the caller is {wish}, scope: {data.scope.kind.value}", style="dim")
    return told


def _is_last_word(data: Any, played: Played) -> bool:
    """Of a delivery only how far it got is told, not each stage on the way."""
    delivery = isinstance(data, TextDispatched) and data.state in _REACHED
    return not delivery or data.state.value in played.became


def _screened(data: TextScreened) -> RenderableType:
    if data.words is None:
        return Text.assemble("✕ no text: ", (data.reason.sentence, "yellow"))
    size = f"{data.words.segments} segment{'s' if data.words.segments > 1 else ''}"
    return Panel(data.words.body, title="text", subtitle=size, width=76, title_align="left", border_style="green")
