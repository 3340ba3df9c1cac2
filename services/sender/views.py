"""What the last look sees: consents, controls and businesses, as this process holds them in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runtime.tables import Table
from schemas.businesses import BusinessChanged
from schemas.consents import ConsentChanged, Scope, ScopeKind, Wish, consent_key
from schemas.controls import ControlChanged, ControlScope, Texting
from services.sender.rules import Sight
from services.sender.texts import Text


def opted_out_only(consent: ConsentChanged) -> ConsentChanged | None:
    """The row of a consents table that holds opt-outs alone."""
    return consent if consent.wish is Wish.OPTED_OUT else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """`max_age`: since a table was last known to be at its topic's end; older than that, nothing is posted."""

    consents: Table[ConsentChanged, ConsentChanged]
    controls: Table[ControlChanged, ControlChanged]
    businesses: Table[BusinessChanged, BusinessChanged]
    max_age: timedelta

    @property
    def blind(self) -> bool:
        """A table from the future is none: the clock was set back, and nobody knows how old it is."""
        limit = self.max_age.total_seconds()
        tables: tuple[Table[Any, Any], ...] = (self.consents, self.controls, self.businesses)
        return not all(0 <= table.age_seconds <= limit for table in tables)

    def sight(self, text: Text, *, now: datetime, claim_old: bool) -> Sight:
        business = self.businesses.get(text.business_id)
        return Sight(
            now=now,
            blind=self.blind or (business.version if business else 0) < text.business_version,
            claim_old=claim_old,
            opted_out=self._opted_out(text),
            texting=self._texting(text),
            entitlement=business.entitlement if business else None,
        )

    def paused(self, scope: ControlScope) -> set[str]:
        """The names that are paused in this scope; everywhere has the empty name."""
        return {row.name for row in self._rows() if row.scope is scope and row.texting is Texting.PAUSED}

    def _opted_out(self, text: Text) -> bool:
        scopes = (
            Scope(kind=ScopeKind.NUMBER, name=text.sender_id),
            Scope(kind=ScopeKind.BUSINESS, name=text.business_id),
            Scope(kind=ScopeKind.EVERYONE),
        )
        return any(consent_key(text.person_id, scope) in self.consents for scope in scopes)

    def _texting(self, text: Text) -> Texting:
        """The strictest of all scopes that the text is in."""
        scopes = {
            (ControlScope.EVERYWHERE, ""),
            (ControlScope.ACCOUNT, text.account_sid),
            (ControlScope.BUSINESS, text.business_id),
        }
        said = {row.texting for row in self._rows() if (row.scope, row.name) in scopes}
        return next((texting for texting in (Texting.PAUSED, Texting.SHADOW) if texting in said), Texting.ON)

    def _rows(self) -> list[ControlChanged]:
        return [self.controls[key] for key in self.controls]
