"""Who is meant: numbers in E.164, and keyed hashes that name a person without the number."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import lru_cache

import phonenumbers

_WITHHELD_WORDS = frozenset({"", "anonymous", "restricted", "private", "unavailable", "unknown"})
_WITHHELD_KEYPAD = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})
_SHORT_CODE_DIGITS = range(3, 7)
# What the library below says of such a number, which is how Twilio writes nearly all: it is one, and in its one form.
_NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{9}")


@unique
class CallerKind(StrEnum):
    """What stands in a From field. Only a number is somebody who can be texted."""

    NUMBER = "number"
    WITHHELD = "withheld"
    CLIENT = "client"
    SIP = "sip"
    SHORT_CODE = "short_code"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A From field, understood. `number` is E.164 and only there for the kind `number`."""

    kind: CallerKind
    number: str | None = None


def caller_of(raw: str, *, region: str = "US") -> Caller:
    """Understands a From or To field as Twilio sends it, in whichever form it came."""
    text = raw.strip()
    if text.lower() in _WITHHELD_WORDS or text.lstrip("+") in _WITHHELD_KEYPAD:
        return Caller(kind=CallerKind.WITHHELD)
    if text.lower().startswith("client:"):
        return Caller(kind=CallerKind.CLIENT)
    if text.lower().startswith(("sip:", "sips:")):
        return Caller(kind=CallerKind.SIP)
    if text.isdigit() and len(text) in _SHORT_CODE_DIGITS:
        return Caller(kind=CallerKind.SHORT_CODE)
    number = e164(text, region=region)
    return Caller(kind=CallerKind.NUMBER, number=number) if number else Caller(kind=CallerKind.INVALID)


def e164(raw: str, *, region: str = "US") -> str | None:
    """The number in E.164, or None for what no phone could have. One form: one person has one hash."""
    if not raw or _NORTH_AMERICAN.fullmatch(raw):
        return raw or None
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True, slots=True)
class Identities:
    """Keyed hashes, so that nobody without the key can go through all phone numbers and find one out."""

    key: bytes
    key_id: str = "1"

    def person(self, number: str) -> str:
        """Names a caller everywhere, for what holds across businesses."""
        return f"p{self.key_id}_{_hash(self.key, 'person', number)}"

    def conversation(self, business_id: str, number: str) -> str:
        """Names one caller at one business: the record key of everything about that pair."""
        return f"c{self.key_id}_{_hash(self.key, 'conversation', business_id, number)}"

    def number(self, number: str) -> str:
        """Names a business's number where the number itself must not stand, as in a record key."""
        return f"n{self.key_id}_{_hash(self.key, 'number', number)}"

    def nobody(self, call_sid: str) -> str:
        """A withheld caller has no person; each of its calls stands alone."""
        return f"c{self.key_id}_{_hash(self.key, 'nobody', call_sid)}"


@lru_cache(maxsize=8192)  # each webhook of a call asks for the same
def _hash(key: bytes, *parts: str) -> str:
    return hmac.digest(key, "\x00".join(parts).encode(), "sha256").hex()[:32]
