"""What became of a text, as a story: what was tried, what was seen, and what settled it. Pure."""

from __future__ import annotations

from schemas.reasons import Reason
from schemas.texts import KnownBy, Ruling, TextDispatched, TextState


def fate(fact: TextDispatched) -> str:
    code = f" (error {fact.error_code})" if fact.error_code else ""
    return f"{_told(fact)}{code}"


def _told(fact: TextDispatched) -> str:
    if fact.ruling:
        return _ruled(fact.ruling, fact.message_sid)
    match fact.state:
        case TextState.UNSURE:
            return f"{_tried(fact)}, and it may have been sent"
        case TextState.PARKED:
            return _parked(fact)
        case TextState.ACCEPTED:
            return _seen(fact)
        case _:
            return _ended(fact)


def _ruled(ruling: Ruling, message_sid: str | None) -> str:
    outcome = f"Twilio has it{_as(message_sid)}" if message_sid else "it was not sent"
    return f"{ruling.by} ruled that {outcome}, because: {ruling.because}"


def _tried(fact: TextDispatched) -> str:
    match fact.reason:
        case Reason.NO_ANSWER_FROM_TWILIO:
            return f"it was posted to Twilio{_before(fact)}; no answer came"
        case Reason.CLAIM_LOST:
            return f"its sender did not say whether it posted it{_before(fact)}"
        case reason:
            return reason.sentence


def _parked(fact: TextDispatched) -> str:
    looked = f"its list was looked at {_times(fact.looks)}" if fact.looks else "its list could not be looked at"
    seen = f"nobody saw it at Twilio before the deadline: no callback came, {looked}"
    return f"{seen}; rule with `missedcall texts rule {fact.text_id}`"


def _seen(fact: TextDispatched) -> str:
    """By whichever came first: what comes after it settles nothing any more."""
    match fact.known_by:
        case KnownBy.ANSWER:
            return f"Twilio's answer says that it took it{_as(fact.message_sid)}{_before(fact)}"
        case KnownBy.CALLBACK:
            looked = f"; its list was looked at {_times(fact.looks)} before" if fact.looks else ""
            return f"a status callback with our text id shows that Twilio has it{_as(fact.message_sid)}{looked}"
        case KnownBy.LIST:
            return f"Twilio's list was looked at {_times(fact.looks or 1)}, and there it stood{_as(fact.message_sid)}"
        case _:
            return fact.reason.sentence


def _ended(fact: TextDispatched) -> str:
    why = "" if fact.reason is Reason.ACCEPTED else fact.reason.sentence
    match fact.known_by:
        case KnownBy.CALLBACK:
            source = "as a status callback says"
        case KnownBy.STATUS:
            source = f"as Twilio says, asked about {fact.message_sid}"
        case KnownBy.LIST:
            source = "as Twilio's list says"
        case _:
            attempts = f" ({fact.attempts} attempts)" if _more_than_one(fact) else ""
            return f"{fact.reason.sentence}{attempts}"
    return f"{why}, {source}" if why else source


def _before(fact: TextDispatched) -> str:
    """Had one of them sent anything, there would have been no other."""
    return f" (attempt {fact.attempts}; those before sent nothing)" if _more_than_one(fact) else ""


def _more_than_one(fact: TextDispatched) -> bool:
    return fact.attempts is not None and fact.attempts > 1


def _as(message_sid: str | None) -> str:
    return f", as {message_sid}" if message_sid else ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
