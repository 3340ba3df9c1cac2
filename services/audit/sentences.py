"""What an event says, in a sentence that a person reads; numbers are shortened to their last four digits. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime.events import Event
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED, CallDecided, CallIngested, Origin, Step
from schemas.consents import CONSENTS_CHANGED, CONSENTS_REQUESTED, ConsentChanged, ConsentRequested, Scope, Wish
from schemas.controls import CONTROLS_CHANGED, ControlChanged
from schemas.messages import MESSAGES_INGESTED, RECEIPTS_INGESTED, MessageIngested, ReceiptIngested
from schemas.texts import TEXTS_DISPATCHED, TEXTS_SCREENED, TextDispatched, TextScreened
from services.audit.fates import fate

_NUMBER: Final = re.compile(r"\+?\(?\d[\d\s().-]{5,}\d")
_WISHES: Final = {Wish.OPTED_OUT: "does not want to be texted", Wish.OPTED_IN: "may be texted again"}


def sentence(event: Event[Any]) -> str:
    return _TELLERS[event.type](event.data)


def shortened(text: str) -> str:
    """The text with each phone number in it cut to `…1234`."""
    return _NUMBER.sub(lambda found: "…" + re.sub(r"\D", "", found[0])[-4:], text)


def _call_ingested(fact: CallIngested) -> str:
    backfilled = " (by its list of calls: no webhook came)" if fact.origin is Origin.BACKFILL else ""
    return f"{_step(fact)}{backfilled}"


def _step(fact: CallIngested) -> str:
    said = fact.said
    match fact.step:
        case Step.VOICE:
            caller = shortened(fact.caller) if fact.caller else f"a {fact.caller_kind.replace('_', ' ')} caller"
            return f"{caller} called {shortened(fact.called)}"
        case Step.DIAL_RESULT:
            bridged = {"false": ", connected to nobody", "true": ", connected"}.get(said.get("DialBridged", ""), "")
            return f"Twilio says of the business's phone: {said.get('DialCallStatus', 'nothing')}{bridged}"
        case Step.CALL_STATUS:
            leg = "the call" if fact.leg_sid == fact.call_sid else "a leg of the call"
            return f"Twilio says of {leg}: {said.get('CallStatus', 'nothing')}"
        case Step.MACHINE_DETECTION:
            return f"Twilio thinks that this picked up: {said.get('AnsweredBy', 'unknown')}"
        case _:
            return f"Twilio reported a step of the call: {fact.step}"


def _call_decided(fact: CallDecided) -> str:
    again = f" (decided again, revision {fact.revision})" if fact.revision > 1 else ""
    return f"{fact.verdict}: {fact.reason.sentence}{again}"


def _text_screened(fact: TextScreened) -> str:
    words = ""
    if fact.words:
        plural = "" if fact.words.segments == 1 else "s"
        words = f", {fact.words.segments} segment{plural}: “{shortened(fact.words.body)}”"
    return f"{_purpose(fact)} {fact.screening}: {fact.reason.sentence}{words}"


def _text_dispatched(fact: TextDispatched) -> str:
    return f"{_purpose(fact)} {fact.state}: {fate(fact)}"


def _purpose(fact: TextScreened | TextDispatched) -> str:
    return f"{fact.purpose.replace('_', ' ')} text"


def _receipt(fact: ReceiptIngested) -> str:
    code = f" (error {fact.error_code})" if fact.error_code else ""
    return f"Twilio says of the text: {fact.status}{code}"


def _message(fact: MessageIngested) -> str:
    """What somebody wrote to the business stays between them; whether it was a keyword does not."""
    replied = f", and Twilio has replied to its {fact.opt_out_type}" if fact.opt_out_type else ""
    return f"{shortened(fact.author)} wrote a message of {len(fact.body)} characters{replied}"


def _requested(fact: ConsentRequested) -> str:
    source = fact.evidence.source.replace("_", " ")
    return f"asked for through {source}: {shortened(fact.number)} {_WISHES[fact.wish]}, by {_scope(fact.scope)}"


def _changed(fact: ConsentChanged) -> str:
    return f"from now on the person {_WISHES[fact.wish]}, by {_scope(fact.scope)}"


def _scope(scope: Scope) -> str:
    return "everyone" if not scope.name else f"this {scope.kind}"


def _business(fact: BusinessChanged) -> str:
    return f"{fact.name} is {fact.entitlement.status} and connected by {fact.mode} (version {fact.version})"


def _control(fact: ControlChanged) -> str:
    return f"texting is {fact.texting} for {fact.scope} {fact.name}".rstrip() + f": {fact.why}"


_TELLERS: Final[Mapping[str, Callable[[Any], str]]] = {
    CALLS_INGESTED.name: _call_ingested,
    CALLS_DECIDED.name: _call_decided,
    TEXTS_SCREENED.name: _text_screened,
    TEXTS_DISPATCHED.name: _text_dispatched,
    RECEIPTS_INGESTED.name: _receipt,
    MESSAGES_INGESTED.name: _message,
    CONSENTS_REQUESTED.name: _requested,
    CONSENTS_CHANGED.name: _changed,
    BUSINESSES_CHANGED.name: _business,
    CONTROLS_CHANGED.name: _control,
}
