"""What a sentence tells of an event, as fields for machines; numbers and anybody's words are not among them. Pure."""

from __future__ import annotations

from typing import Any, Final

from runtime.events import Event

_TOLD: Final = frozenset(
    {
        "step",
        "verdict",
        "revision",
        "text_id",
        "purpose",
        "screening",
        "state",
        "status",
        "reason",
        "known_by",
        "attempts",
        "looks",
        "ruling",
        "message_sid",
        "error_code",
    }
)


def facts(event: Event[Any]) -> dict[str, Any]:
    """Those that the event has."""
    told: dict[str, Any] = event.data.model_dump(mode="json", include=_TOLD, exclude_none=True)
    return told
