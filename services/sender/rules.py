"""The last look before a text is posted, and what the answer to the POST is evidence of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.businesses import Entitlement, Status
from schemas.controls import Texting
from schemas.reasons import Reason
from schemas.texts import Purpose
from services.sender import errors
from services.sender.evidence import Accepted, Evidence, Refused, Unanswered, Unsent
from services.sender.texts import Text

# Owed to whoever writes STOP or HELP, although they are opted out by then: 47 CFR 64.1200(a)(12).
_ANSWERS_TO_THE_OPTED_OUT: Final = frozenset({Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP})
# Twilio's limits of ValidityPeriod, in seconds.
_SHORTEST: Final = 1
_LONGEST: Final = 36_000

_NOT_ENTITLED: Final = {
    Status.SUSPENDED: Reason.SUSPENDED,
    Status.CANCELLED: Reason.CANCELLED,
    Status.TERMINATED: Reason.TERMINATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen right before the POST.

    `blind`: a view is not loaded, too old to be trusted, or older than what compliance saw when it permitted the text.
    """

    now: datetime
    blind: bool
    claim_old: bool
    opted_out: bool
    texting: Texting
    entitlement: Entitlement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Twilio is to give up after so many seconds: a late text is worse than none."""

    validity_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Not now. `reason` is what it fails with if that lasts too long."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Not any more."""

    reason: Reason


Look = Post | Hold | Drop


def last_look(text: Text, sight: Sight) -> Look:
    """Whether it may be posted, now. What forbids it for good is said before what only delays it."""
    validity = int((text.expires_at - sight.now).total_seconds())
    if validity < _SHORTEST:
        return Drop(reason=Reason.EXPIRED)
    if sight.blind or sight.claim_old:
        return Hold(reason=Reason.EXPIRED)
    if forbidden := _forbidden(text.purpose, sight):
        return Drop(reason=forbidden)
    if sight.texting is Texting.PAUSED:
        return Hold(reason=Reason.PAUSED)
    if sight.texting is Texting.SHADOW:
        return Drop(reason=Reason.SHADOWED)
    return Post(validity_seconds=min(validity, _LONGEST))


def _forbidden(purpose: Purpose, sight: Sight) -> Reason | None:
    if sight.opted_out and purpose not in _ANSWERS_TO_THE_OPTED_OUT:
        return Reason.OPTED_OUT
    if sight.entitlement is None:
        return Reason.BUSINESS_UNKNOWN
    if sight.entitlement.status is Status.TRIAL and sight.now >= sight.entitlement.trial_ends_at:
        return Reason.TRIAL_OVER
    return _NOT_ENTITLED.get(sight.entitlement.status)


def evidence_of(answer: errors.Answer, *, token: str, now: datetime, wait: timedelta) -> Evidence:
    """`wait`: how long to wait if it may be tried again, unless Twilio asks for longer."""
    if isinstance(answer, errors.Created):
        return Accepted(message_sid=answer.message_sid)
    meaning = errors.meaning_of(answer)
    code = answer.code if isinstance(answer, errors.Denied) else None
    match meaning.of:
        case errors.Class.UNSURE:
            return Unanswered(token=token)
        case errors.Class.PERMANENT:
            return Refused(token=token, reason=meaning.reason, error_code=code)
        case errors.Class.RETRY | errors.Class.HALT:
            again_at = now + max(wait, rest_asked_for(answer))
            return Unsent(token=token, reason=meaning.reason, again_at=again_at)


def rest_asked_for(answer: errors.Answer) -> timedelta:
    """Twilio's Retry-After."""
    asked = answer.retry_after if isinstance(answer, errors.Denied) else None
    return timedelta(seconds=asked or 0)
