"""Takes news, messages and calls into their conversations, and says what may be texted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.documents import Change, Documents, Work
from runtime.events import Event, Outgoing
from runtime.tables import Table
from schemas.businesses import BusinessChanged
from schemas.calls import CallDecided
from schemas.identity import Identities
from schemas.messages import MessageIngested
from schemas.texts import Purpose, Screening, TextDispatched
from services.compliance import metrics
from services.compliance.rules import Case, Outcome, Policy, screen
from services.compliance.sayings import text_screened
from services.compliance.state import Conversation, Person, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Screener:
    """The conversations, and what a call in them is judged by."""

    conversations: Documents[Conversation]
    businesses: Table[BusinessChanged, BusinessChanged]
    identities: Identities
    policy: Policy

    async def take(self, events: Iterable[Event[Any]], persons: Mapping[str, Person], now: datetime) -> list[Outgoing]:
        said: dict[str, tuple[Event[CallDecided], Outcome]] = {}

        def rule(conversation: Conversation, event: Event[Any]) -> Change[Conversation]:
            if not isinstance(event.data, CallDecided):
                return Change(state=with_news(conversation, event.data))
            case = self._case(event.data, conversation, persons, now)
            return screened(case, event, said)

        outgoing = await self.conversations.decide([_work(event) for event in events], rule, notes=said)
        _count(said.values(), now)
        return outgoing

    def is_behind(self, call: CallDecided) -> bool:
        """Whether the call was judged by a newer version of its business than we have heard of."""
        business = self.businesses.get(call.business_id)
        return business is None or business.version < call.business_version

    def _case(
        self, call: CallDecided, conversation: Conversation, persons: Mapping[str, Person], now: datetime
    ) -> Case:
        return Case(
            call=call,
            business=self.businesses.get(call.business_id),
            person=persons.get(call.person_id or "", Person()),
            conversation=conversation,
            sender_id=self.identities.number(call.called),
            policy=self.policy,
            now=now,
        )


def with_news(conversation: Conversation, news: MessageIngested | TextDispatched) -> Conversation:
    """What the caller wrote and what became of a text. Texts for other purposes hold no cooldown."""
    if isinstance(news, MessageIngested):
        return conversation.heard(news.received_at)
    if news.purpose is not Purpose.MISSED_CALL:
        return conversation
    return conversation.moved(news.call_sid, Standing(news.state))


def screened(
    case: Case, event: Event[CallDecided], said: dict[str, tuple[Event[CallDecided], Outcome]]
) -> Change[Conversation]:
    """The conversation with the call in it, and what is said of its text. What is new is noted in `said`."""
    conversation = case.conversation.judged(case.call.call_sid, case.call.revision)
    outcome = screen(case)
    if outcome is None:
        return Change(state=conversation)
    said[event.id] = event, outcome
    says = (Outgoing.of(text_screened(case, outcome, cause=event)),)
    return Change(state=_claimed(conversation, case, outcome.screening), says=says)


def _claimed(conversation: Conversation, case: Case, screening: Screening) -> Conversation:
    """A permission claims the cooldown in the same write that stores its words; two calls cannot both have it."""
    if screening is Screening.PERMITTED:
        return conversation.permitted(case.call.call_sid, case.now)
    if screening is Screening.CANCELLED:
        return conversation.moved(case.call.call_sid, Standing.CANCELLED)
    return conversation


def _work(event: Event[Any]) -> Work[Event[Any]]:
    conversation_id = event.data.conversation_id
    return Work(document=conversation_id, cause_id=event.id, key=conversation_id, cause=event)


def _count(said: Iterable[tuple[Event[CallDecided], Outcome]], now: datetime) -> None:
    for event, outcome in said:
        metrics.TEXTS_SCREENED.labels(outcome.screening, outcome.reason).inc()
        metrics.SCREENING_SECONDS.observe(max(0.0, (now - event.time).total_seconds()))
