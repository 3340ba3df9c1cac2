"""Who called which number of the business: from the form on the caller's leg, from our own query on a child's."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.businesses import BusinessChanged
from schemas.callbacks import Issued
from schemas.identity import CallerKind, Identities, caller_of, e164
from services.ingest.refusals import Refusal, Refused
from services.ingest.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """A child's webhook tells the conversation and the kind of caller, not the caller."""

    conversation_id: str
    person_id: str | None = None
    kind: CallerKind
    caller: str | None = None
    called: str


def of_caller(webhook: Webhook, business: BusinessChanged, identities: Identities) -> Parties:
    """Raises Refused. The conversation that our URL names goes first: it is the one the call began with."""
    called = e164(webhook.said.get("To", ""))
    if called is None:
        raise Refused(Refusal.FIELD_MISSING, about="To")
    caller = caller_of(webhook.said.get("From", ""))
    return Parties(
        conversation_id=_conversation(webhook, business, caller.number, identities),
        person_id=identities.person(caller.number) if caller.number else None,
        kind=caller.kind,
        caller=caller.number,
        called=called,
    )


def of_child(webhook: Webhook, business: BusinessChanged, identities: Identities) -> Parties:
    """Raises Refused. The numbers in a child's form are those of the phone that was rung."""
    number_id = webhook.issued(Issued.NUMBER)
    called = next((number for number in business.numbers if identities.number(number) == number_id), None)
    if called is None:
        raise Refused(Refusal.NUMBER_UNKNOWN, about=number_id)
    return Parties(conversation_id=webhook.issued(Issued.CONVERSATION), kind=_kind(webhook), called=called)


def _conversation(webhook: Webhook, business: BusinessChanged, number: str | None, identities: Identities) -> str:
    if Issued.CONVERSATION in webhook.query:
        return webhook.issued(Issued.CONVERSATION)
    if number is None:
        return identities.nobody(webhook.sid("CallSid"))
    return identities.conversation(business.business_id, number)


def _kind(webhook: Webhook) -> CallerKind:
    try:
        return CallerKind(webhook.issued(Issued.CALLER))
    except ValueError:
        raise Refused(Refusal.QUERY_INCOMPLETE, about=Issued.CALLER) from None
