"""A business's template made into a lawful text, or why it cannot be; segments as the carrier counts them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import phonenumbers

from schemas.texts import Encoding, Words

DEFAULT_TEMPLATE: Final = (
    "Hi, sorry we missed your call at {business}. We will get back to you shortly. "
    "Reply to this message or call {phone}. Reply STOP to opt out. Msg & data rates may apply."
)

# What the terms promise to stand in every text; appended where a template lacks it.
_NOTICES: Final = ("Reply STOP to opt out.", "Msg & data rates may apply.")
# Twilio refuses a longer body with 21617.
_LONGEST: Final = 1600
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")

# 3GPP TS 23.038. A character of the extension table costs two septets: an escape and itself.
_GSM7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
# One such character alone would turn the whole text into UCS-2 and nearly double its price.
_PLAIN: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2009\u202f", " ")
    | dict.fromkeys("\u200b\u200c\u2060\ufeff\u00ad", "")
    | {"\u2026": "..."}
)


class NoWords(ValueError):  # noqa: N818 - it says what is missing
    """The template cannot be made into a lawful text; the message says what it lacks and what to write instead."""


@lru_cache(maxsize=1024)
def words_of(template: str, *, business: str, phone: str) -> Words:
    """The text of this business, whose phone to call is given in E.164. Raises NoWords.

    Every call to one business gives the same words, at the cost of all the rest that is done with its record: kept.
    """
    name = plain(business).strip()
    if not name:
        raise NoWords("the business has no name, and a text must say who sends it: give it one")
    body = with_notices(_filled(plain(template), {"business": name, "phone": _shown(phone)}).strip())
    if name.casefold() not in body.casefold():
        raise NoWords("the template lacks the business's name: write {business} where it belongs")
    if len(body) > _LONGEST:
        raise NoWords(f"the text has {len(body)} characters, {_LONGEST} are allowed: shorten the template")
    return measured(body)


def plain(text: str) -> str:
    """Typographic quotes, dashes and spaces as the ones that GSM-7 has; an accent and its letter as one."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def with_notices(body: str) -> str:
    lacking = [notice for notice in _NOTICES if notice.rstrip(".").casefold() not in body.casefold()]
    return " ".join([body, *lacking])


def measured(body: str) -> Words:
    """The body with what the carrier makes of it."""
    if all(c in _GSM7 or c in _GSM7_EXTENSION for c in body):
        septets = [2 if c in _GSM7_EXTENSION else 1 for c in body]
        return Words(body=body, encoding=Encoding.GSM7, segments=_segments(septets, alone=160, joined=153))
    units = [2 if ord(c) > 0xFFFF else 1 for c in body]  # noqa: PLR2004 - the end of the basic plane: UTF-16 needs a pair
    return Words(body=body, encoding=Encoding.UCS2, segments=_segments(units, alone=70, joined=67))


def _segments(costs: Sequence[int], *, alone: int, joined: int) -> int:
    """Packed one by one, since neither an escaped character nor a surrogate pair may be split between two segments."""
    if sum(costs) <= alone:
        return 1
    segments, free = 1, joined
    for cost in costs:
        if cost > free:
            segments, free = segments + 1, joined
        free -= cost
    return segments


def _filled(template: str, values: dict[str, str]) -> str:
    """In one pass: a name that looks like a placeholder stays a name."""
    for name in _PLACEHOLDER.findall(template):
        if name not in values:
            raise NoWords(
                f"the template has a placeholder {{{name}}} that means nothing: use {{business}} and {{phone}}"
            )
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def _shown(phone: str) -> str:
    """As people of its country write it, where that is ours; else with the country's code."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException as error:
        raise NoWords("the business has no phone to call: connect a number in E.164") from error
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if number.country_code == 1 else form.INTERNATIONAL)
