"""What a record says about a person: a wish, or that texts do not reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from runtime.events import Event
from schemas.consents import CONSENTS_REQUESTED, ConsentRequested, Evidence, Scope, ScopeKind, Source, Wish
from schemas.identity import Identities, e164
from schemas.messages import MessageIngested
from schemas.texts import TextDispatched
from services.compliance.keywords import Keyword, keyword_of
from services.compliance.state import Unreachable

_OPTED_OUT_AT_TWILIO: Final = 21610
# Not a phone, not a mobile, a landline: what a call an hour later would meet again.
_UNREACHABLE: Final = frozenset({21211, 21614, 21635, 30006})
_CLOCKS_DIFFER: Final = timedelta(minutes=1)


class NotANumber(ValueError):  # noqa: N818 - the dead letter's reason
    """A consent was asked for a number that no phone can have: correct it and ask again."""


class OptInFromTheFuture(ValueError):  # noqa: N818 - the dead letter's reason
    """An opt-in says that it was heard after it was reported. It would outlast every STOP until that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """One person's wish in one scope."""

    scope: Scope
    wish: Wish
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All that one record says about a person."""

    person_id: str
    wishes: tuple[Wished, ...] = ()
    unreachable: Unreachable | None = None


def request_of(value: bytes) -> Event[ConsentRequested]:
    """Parses a record of consents.requested. Raises ValueError for one that must not be acted upon.

    Here and not in the handler: a record that breaks the handler splits its batch, and a STOP could come to stand
    behind the call that it arrived with.
    """
    event: Event[ConsentRequested] = CONSENTS_REQUESTED.parse(value)
    request = event.data
    _number_of(request)
    if request.wish is Wish.OPTED_IN and request.evidence.heard_at > event.time + _CLOCKS_DIFFER:
        raise OptInFromTheFuture("an opt-in was heard later than it was reported: correct heard_at")
    return event


def heard_in(event: Event[Any], identities: Identities) -> Heard | None:
    """None where the record says nothing about a person."""
    match event.data:
        case MessageIngested() as message:
            return _from_message(message, identities)
        case ConsentRequested() as request:
            return _from_request(request, identities)
        case TextDispatched() as text:
            return _from_dispatch(text, event.time)
    return None


def _from_message(message: MessageIngested, identities: Identities) -> Heard | None:
    """STOP to any of its numbers is meant for the business. START also lifts what Twilio holds for that number."""
    business = Scope(kind=ScopeKind.BUSINESS, name=message.business_id)
    number = Scope(kind=ScopeKind.NUMBER, name=identities.number(message.number))
    match keyword_of(message.body, opt_out_type=message.opt_out_type, number=message.number):
        case Keyword.STOP:
            wish, scopes = Wish.OPTED_OUT, [business]
        case Keyword.START:
            wish, scopes = Wish.OPTED_IN, [number, business]
        case _:
            return None
    source = Source.TWILIO if message.opt_out_type else Source.KEYWORD
    evidence = Evidence(source=source, reference=message.message_sid, heard_at=message.received_at)
    wishes = tuple(Wished(scope=scope, wish=wish, evidence=evidence) for scope in scopes)
    return Heard(person_id=message.person_id, wishes=wishes)


def _from_request(request: ConsentRequested, identities: Identities) -> Heard:
    wished = Wished(scope=_keyed(request.scope, identities), wish=request.wish, evidence=request.evidence)
    return Heard(person_id=identities.person(_number_of(request)), wishes=(wished,))


def _number_of(request: ConsentRequested) -> str:
    number = e164(request.number)
    if number is None:
        raise NotANumber("the number of a consent request is no phone's: give it in E.164")
    return number


def _keyed(scope: Scope, identities: Identities) -> Scope:
    """A number given as itself is turned into its id: it must not stand in a record key, and would match no sender."""
    if scope.kind is ScopeKind.NUMBER and scope.name.startswith("+"):
        return Scope(kind=scope.kind, name=identities.number(e164(scope.name) or scope.name))
    return scope


def _from_dispatch(text: TextDispatched, at: datetime) -> Heard | None:
    if text.error_code == _OPTED_OUT_AT_TWILIO:
        evidence = Evidence(source=Source.CARRIER_ERROR, reference=text.text_id, heard_at=at)
        scope = Scope(kind=ScopeKind.NUMBER, name=text.sender_id)
        wished = Wished(scope=scope, wish=Wish.OPTED_OUT, evidence=evidence)
        return Heard(person_id=text.person_id, wishes=(wished,))
    if text.error_code in _UNREACHABLE:
        return Heard(person_id=text.person_id, unreachable=Unreachable(error_code=text.error_code, heard_at=at))
    return None
