"""Takes what was said about people into their documents, and tells everyone what now holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.documents import Change, Documents, Work
from runtime.events import Event, Outgoing
from schemas.consents import Wish
from schemas.identity import Identities
from services.compliance import metrics
from services.compliance.consents import fold
from services.compliance.sayings import consent_changed
from services.compliance.state import Person, StandingWish
from services.compliance.wishes import Heard, heard_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """The persons, each a document for ever: a suppression outlives everything else we know."""

    persons: Documents[Person]
    identities: Identities

    async def take(self, events: Iterable[Event[Any]], now: datetime) -> list[Outgoing]:
        heard = [(event, said) for event in events if (said := heard_in(event, self.identities))]
        changes: dict[str, Sequence[StandingWish]] = {}

        def rule(person: Person, cause: tuple[Event[Any], Heard]) -> Change[Person]:
            event, said = cause
            after, changes[event.id] = fold(person, said)
            events = [consent_changed(said.person_id, w, cause=event, now=now) for w in changes[event.id]]
            return Change(state=after, says=[Outgoing.of(event) for event in events])

        work = [Work(document=s.person_id, cause_id=e.id, key=s.person_id, cause=(e, s)) for e, s in heard]
        outgoing = await self.persons.decide(work, rule, notes=changes)
        _count(wish for changed in changes.values() for wish in changed)
        return outgoing


def _count(changed: Iterable[StandingWish]) -> None:
    for wish in changed:
        if wish.wish is Wish.OPTED_OUT:
            metrics.OPT_OUTS.labels(wish.evidence.source).inc()
