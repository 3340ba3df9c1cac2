"""What happened to texts, folded into what the ledger must write and what is to be said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.texts import TextDispatched, TextState
from services.sender import metrics
from services.sender.entry import Entry
from services.sender.evidence import Evidence, Receipt
from services.sender.ledger import contradicts, take
from services.sender.news import news


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A fact about one text."""

    text_id: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry as it was read or written, with its revision."""

    rev: int
    entry: Entry

    @property
    def text_id(self) -> str:
        return self.entry.text.text_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of an entry, and what is said of it."""

    before: Held
    after: Entry
    news: tuple[TextDispatched, ...] = ()


def changes_of(held: Mapping[str, Held], happenings: Sequence[Happening]) -> list[Change]:
    """Folds the facts in their order, each text's apart; only what changes anything is written."""
    facts: dict[str, list[Evidence]] = defaultdict(list)
    for happening in happenings:
        facts[happening.text_id].append(happening.evidence)
    metrics.UNKNOWN_TEXTS.inc(sum(isinstance(h.evidence, Receipt) and h.text_id not in held for h in happenings))
    changes = [_folded(held[text_id], told) for text_id, told in facts.items() if text_id in held]
    return [change for change in changes if change.after != change.before.entry]


def _folded(held: Held, facts: Iterable[Evidence]) -> Change:
    entry = held.entry
    said: list[TextDispatched] = []
    for fact in facts:
        if contradicts(entry, fact):
            metrics.CONTRADICTIONS.inc()
        after = take(entry, fact)
        said += news(entry, after, fact)
        entry = after
    return Change(before=held, after=entry, news=tuple(said))


def count(changes: Iterable[Change], now: datetime) -> None:
    """Only what was written counts."""
    for change in changes:
        for said in change.news:
            metrics.TEXTS.labels(said.state, said.reason).inc()
            if said.state is TextState.ACCEPTED:
                metrics.CALL_TO_ACCEPTANCE_SECONDS.observe((now - said.call_ended_at).total_seconds())
