"""How a text is shown: in a box if it arrived, else the words that did not, or are not known to have, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from runtime.events import Event
from schemas.texts import TextDispatched, TextScreened, TextState

_WIDTH: Final = 76
# Reports come in any order: what comes later in this list is nearer to the truth.
_BY_KNOWLEDGE: Final = (
    TextState.PARKED,
    TextState.UNSURE,
    TextState.ACCEPTED,
    TextState.SENT,
    TextState.FAILED,
    TextState.UNDELIVERED,
    TextState.DELIVERED,
)
_LOST: Final = (TextState.FAILED, TextState.UNDELIVERED)


def fate_of(text_id: str, events: Sequence[Event[Any]]) -> TextDispatched | None:
    """The last word on a text, None while nothing was said of it."""
    told = [e.data for e in events if isinstance(e.data, TextDispatched) and e.data.text_id == text_id]
    return max(told, key=lambda fact: _BY_KNOWLEDGE.index(fact.state), default=None)


def told_text(text: TextScreened, fate: TextDispatched | None) -> RenderableType:
    if text.words is None:
        return Text.assemble("✕ no text: ", (text.reason.sentence, "yellow"))
    if fate is None or fate.state is not TextState.DELIVERED:
        return Group(_missing(fate), Text(f"“{text.words.body}”", style="dim"))
    size = f"{text.words.segments} segment{'s' if text.words.segments > 1 else ''}"
    title = f"text on the phone of …{text.recipient[-4:]}" if text.recipient else "text"
    return Panel(text.words.body, title=title, subtitle=size, width=_WIDTH, title_align="left", border_style="green")


def _missing(fate: TextDispatched | None) -> Text:
    lost = fate is not None and fate.state in _LOST
    known = "the text did not arrive" if lost else "the text is not known to have arrived"
    why = fate.reason.sentence if fate else "nothing was heard of it yet"
    return Text.assemble(f"✕ {known}: ", (why, "yellow"))
