"""A messaging webhook made a fact: what somebody wrote, or what became of a text of ours."""

from __future__ import annotations

from datetime import datetime

from runtime.events import Event
from schemas.businesses import BusinessChanged
from schemas.callbacks import Issued
from schemas.identity import Identities, caller_of, e164
from schemas.messages import MESSAGES_INGESTED, RECEIPTS_INGESTED, MessageIngested, ReceiptIngested
from services.ingest.refusals import Ignored, Refusal, Refused
from services.ingest.traces import traceparent
from services.ingest.webhook import Webhook

_TOO_MANY_DIGITS = 10


def message_ingested(
    webhook: Webhook, business: BusinessChanged, *, identities: Identities, now: datetime
) -> Event[MessageIngested]:
    """Raises Ignored where the author is no phone number (a short code): there is no person who could mean anything."""
    author, number = caller_of(webhook.said.get("From", "")).number, e164(webhook.said.get("To", ""))
    if number is None:
        raise Refused(Refusal.FIELD_MISSING, about="To")
    if author is None:
        raise Ignored
    fact = MessageIngested(
        message_sid=webhook.sid("MessageSid"),
        account_sid=webhook.account_sid,
        business_id=business.business_id,
        business_version=business.version,
        conversation_id=identities.conversation(business.business_id, author),
        person_id=identities.person(author),
        author=author,
        number=number,
        body=webhook.said.get("Body", ""),
        opt_out_type=webhook.said.get("OptOutType") or None,
        received_at=now,
        said=webhook.said,
    )
    return MESSAGES_INGESTED.event(
        fact,
        source="/ingest",
        subject=fact.message_sid,
        transition="received",
        key=fact.conversation_id,
        time=now,
        traceparent=traceparent(fact.message_sid, "received"),
    )


def receipt_ingested(webhook: Webhook, business: BusinessChanged, *, now: datetime) -> Event[ReceiptIngested]:
    """Raises Refused where the query does not say which text of ours it is about."""
    fact = ReceiptIngested(
        message_sid=webhook.sid("MessageSid"),
        account_sid=webhook.account_sid,
        status=webhook.sid("MessageStatus"),
        error_code=_error_code(webhook),
        text_id=webhook.issued(Issued.TEXT),
        business_id=business.business_id,
        conversation_id=webhook.issued(Issued.CONVERSATION),
        received_at=now,
        said=webhook.said,
    )
    return RECEIPTS_INGESTED.event(
        fact,
        source="/ingest",
        subject=fact.message_sid,
        transition=fact.status,
        key=fact.conversation_id,
        time=now,
        traceparent=traceparent(fact.text_id, f"{fact.message_sid}.{fact.status}"),
    )


def _error_code(webhook: Webhook) -> int | None:
    """None also for what is no number: the field stays readable in `said`."""
    code = webhook.said.get("ErrorCode", "")
    return int(code) if code.isascii() and code.isdecimal() and len(code) < _TOO_MANY_DIGITS else None
