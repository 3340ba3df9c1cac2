"""The fold of wishes: the newest stands, and at the same instant the one to be left alone."""

from __future__ import annotations

from datetime import datetime

from schemas.consents import Wish
from services.compliance.state import Person, StandingWish, Unreachable
from services.compliance.wishes import Heard, Wished


def fold(person: Person, heard: Heard) -> tuple[Person, tuple[StandingWish, ...]]:
    """The person afterwards, and the wishes that are now others than before: what everyone must be told."""
    changed: list[StandingWish] = []
    for wished in heard.wishes:
        person, change = _fold_wish(person, wished)
        changed += [change] if change else []
    unreachable = _later(person.unreachable, heard.unreachable)
    return person.model_copy(update={"unreachable": unreachable}), tuple(changed)


def _fold_wish(person: Person, wished: Wished) -> tuple[Person, StandingWish | None]:
    """A repeat is told to nobody, yet its time is kept: what was said before it cannot overturn it."""
    before = person.wish(wished.scope)
    if before and _strength(before) >= _strength(wished):
        return person, None
    is_other = before is None or before.wish is not wished.wish
    version = (before.version if before else 0) + is_other
    after = StandingWish(scope=wished.scope, wish=wished.wish, version=version, evidence=wished.evidence)
    return person.wishing(after), after if is_other else None


def _strength(wish: Wished | StandingWish) -> tuple[datetime, bool, str, str]:
    """Newer is stronger, and doubt stays opted out. The rest only makes the outcome the same in any order."""
    evidence = wish.evidence
    return evidence.heard_at, wish.wish is Wish.OPTED_OUT, evidence.source, evidence.reference


def _later(one: Unreachable | None, other: Unreachable | None) -> Unreachable | None:
    known = [unreachable for unreachable in (one, other) if unreachable]
    return max(known, key=lambda unreachable: (unreachable.heard_at, unreachable.error_code), default=None)
