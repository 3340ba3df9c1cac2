"""Who may be texted by whom: asked for by anyone, written by compliance alone."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final, Self

from pydantic import AwareDatetime, Field, model_validator

from runtime.events import Event, Fact, Topic


@unique
class ScopeKind(StrEnum):
    """How far an opt-out reaches. It is always said, never guessed."""

    NUMBER = "number"
    BUSINESS = "business"
    EVERYONE = "everyone"


class Scope(Fact):
    """`name` is the id of the business's number (its keyed hash), or the business's id; everyone has none."""

    kind: ScopeKind
    name: str = ""

    @model_validator(mode="after")
    def _named_unless_everyone(self) -> Self:
        if bool(self.name) == (self.kind is ScopeKind.EVERYONE):
            raise ValueError(f"a scope of kind {self.kind} {'has no' if self.name else 'needs a'} name")
        return self


@unique
class Wish(StrEnum):
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"


@unique
class Source(StrEnum):
    """Where a wish was heard."""

    KEYWORD = "keyword"
    TWILIO = "twilio"
    CARRIER_ERROR = "carrier_error"
    OPERATOR = "operator"
    BUSINESS = "business"
    OTHER_SERVICE = "other_service"


class Evidence(Fact):
    """What the wish rests on: shown when somebody asks why they were, or were not, texted."""

    source: Source
    reference: str = Field(description="the message SID, text id or ticket that it came with")
    heard_at: AwareDatetime


class ConsentRequested(Fact):
    """An opt-out or opt-in asked for elsewhere: by phone, by e-mail, in a dashboard."""

    number: str = Field(description="the person's, E.164; the person id follows from it")
    scope: Scope
    wish: Wish
    evidence: Evidence


class ConsentChanged(Fact):
    """What now holds for one person in one scope. The highest version is the truth."""

    person_id: str
    scope: Scope
    wish: Wish
    version: int = Field(ge=1)
    evidence: Evidence


def consent_key(person_id: str, scope: Scope) -> str:
    """The record key, and what a table of consents is asked by."""
    return f"{person_id}:{scope.kind}:{scope.name}"


CONSENTS_REQUESTED: Final = Topic("consents.requested.v1", Event[ConsentRequested])
CONSENTS_CHANGED: Final = Topic("consents.changed.v1", Event[ConsentChanged])
