"""Who takes part: one business with an account of its own, and callers without end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from runtime.events import Event, Outgoing
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged, Entitlement, Mode, Status
from schemas.controls import CONTROLS_CHANGED, ControlChanged, ControlScope, Texting
from schemas.identity import Identities
from schemas.words import DEFAULT_TEMPLATE

ACCOUNT: Final = "AC" + "b" * 32
TOKEN: Final = "0" * 32
CREDENTIALS: Final[Mapping[str, str]] = {ACCOUNT: TOKEN}
IDENTITY_KEY: Final = "bench" * 8
IDENTITIES: Final = Identities(IDENTITY_KEY.encode())
PUBLIC_URL: Final = "https://hooks.example.com"
NUMBER: Final = "+14155550199"
PHONE: Final = "+14155550111"
BUSINESS_ID: Final = "b_bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Number `index` of ten million, in its call of this `run`: another run, another call of the same person."""

    index: int
    run: int = 0

    @property
    def number(self) -> str:
        return f"+1312{self.index:07d}"

    @property
    def call_sid(self) -> str:
        return f"CA{self.run:08x}{self.index:024x}"

    @property
    def leg_sid(self) -> str:
        return f"CA{self.run:08x}f{self.index:023x}"

    @property
    def conversation_id(self) -> str:
        return IDENTITIES.conversation(BUSINESS_ID, self.number)

    @property
    def person_id(self) -> str:
        return IDENTITIES.person(self.number)


def business(now: datetime) -> BusinessChanged:
    """A customer whose phone rings and rings. Without a cooldown every call is worth a text."""
    return BusinessChanged(
        business_id=BUSINESS_ID,
        version=1,
        name="Bench & Sons",
        account_sid=ACCOUNT,
        numbers=(NUMBER,),
        mode=Mode.FORWARD,
        forward_to=(PHONE,),
        template=DEFAULT_TEMPLATE,
        cooldown_minutes=0,
        entitlement=Entitlement(
            status=Status.ACTIVE, plan="standard", trial_started_at=now, trial_ends_at=now + timedelta(days=31)
        ),
    )


def the_business() -> Outgoing:
    """As its topic tells it."""
    now = datetime.now(UTC)
    event: Event[BusinessChanged] = BUSINESSES_CHANGED.event(
        business(now), source="/bench", subject=BUSINESS_ID, transition="1", key=BUSINESS_ID, time=now
    )
    return Outgoing.of(event)


def texting(how: Texting, *, version: int) -> Outgoing:
    """The operator's word for everybody."""
    now = datetime.now(UTC)
    control = ControlChanged(
        scope=ControlScope.EVERYWHERE, texting=how, version=version, why="measured", changed_at=now
    )
    event = CONTROLS_CHANGED.event(
        control, source="/bench", subject="everywhere", transition=str(version), key="everywhere", time=now
    )
    return Outgoing.of(event)
