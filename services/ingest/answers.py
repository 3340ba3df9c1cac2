"""What a call hears: the TwiML that the business's mode asks for, whatever the account may or may not do with texts."""

from __future__ import annotations

from typing import Final

from schemas.businesses import BusinessChanged, Mode
from schemas.calls import CallIngested
from schemas.identity import e164
from services.ingest import twilio
from services.ingest.urls import Callbacks

# Promises nothing that may be refused later: whether a text follows is not known yet.
SORRY: Final = "Sorry, we can't take your call right now."


def answer_to_call(call: CallIngested, business: BusinessChanged, callbacks: Callbacks) -> str:
    """The document for a call that begins.

    observe: nothing; the business's own application has the call.
    overflow, forwarded by the carrier: the line has rung already. Dialling it would come back to us as a second call,
    so the caller hears that nobody can answer.
    otherwise the business's phones ring. Where there is none, or where one of them is what forwarded the call here
    (its own carrier, while we ring it), the answer is busy: nobody pays for a call that nobody can take, it is proof
    that nobody took it, so that the caller gets a text, and the Dial that it came from does not count it as answered.
    """
    forwarded_from = call.said.get("ForwardedFrom", "")
    if business.mode is Mode.OBSERVE:
        return twilio.left_alone()
    if business.mode is Mode.OVERFLOW and forwarded_from:
        return twilio.spoken(SORRY)
    phones = tuple(number for number in business.forward_to if number not in business.numbers)
    if not phones or e164(forwarded_from) in phones:
        return twilio.busy()
    urls = callbacks.of(call)
    return twilio.dialled(
        phones, ring_seconds=business.ring_seconds, action=urls.dial_result, status_callback=urls.call_status
    )
