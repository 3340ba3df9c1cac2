"""The operator's hand on the tap: texting paused, or everything but the POST (shadow)."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

from pydantic import AwareDatetime, Field

from runtime.events import Event, Fact, Topic


@unique
class ControlScope(StrEnum):
    EVERYWHERE = "everywhere"
    ACCOUNT = "account"
    BUSINESS = "business"


@unique
class Texting(StrEnum):
    """`shadow`: everything is done but the POST itself."""

    ON = "on"
    PAUSED = "paused"
    SHADOW = "shadow"


class ControlChanged(Fact):
    """How texting stands in one scope. The highest version is the truth."""

    scope: ControlScope
    name: str = Field(default="", description="the Twilio account's SID or the business's id")
    texting: Texting
    version: int = Field(ge=1)
    why: str
    changed_at: AwareDatetime


CONTROLS_CHANGED: Final = Topic("controls.changed.v1", Event[ControlChanged])
