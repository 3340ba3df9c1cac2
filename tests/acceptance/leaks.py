"""Finds what must not be written down, in whichever form it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

# What people and programs put between the digits of a number, percent-encoded too.
_BETWEEN_DIGITS = re.compile(r"(?<=\d)(?:%[0-9A-Fa-f]{2}|[^0-9A-Za-z]){1,3}(?=\d)")
_SIGNIFICANT = 10  # digits of a North American number: the country's code may be left out
_WINDOW = 16  # characters: a quoted piece of a text is as bad as the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """`numbers` in E.164; `words` are bodies of messages, tokens and keys."""

    numbers: frozenset[str]
    words: frozenset[str]


def leaks(secrets: Secrets, places: Mapping[str, str]) -> list[str]:
    """Where something was found, each place once for numbers and once for words; and the piece that was found."""
    return [f"{place}: {found}" for place, text in places.items() for found in _found(secrets, text)]


def _found(secrets: Secrets, text: str) -> Iterator[str]:
    joined = _BETWEEN_DIGITS.sub("", text)
    yield from (number for number in secrets.numbers if number[-_SIGNIFICANT:] in joined)
    yield from (piece for word in secrets.words for piece in _pieces(word) if any(p in text for p in _written(piece)))


def _pieces(word: str) -> Iterable[str]:
    """Long words in overlapping pieces, so that one cut off at either end is found as well."""
    last = max(len(word) - _WINDOW, 0)
    return [word[start : start + _WINDOW] for start in (*range(0, last, _WINDOW // 4), last)]


def _written(piece: str) -> set[str]:
    return {piece, quote(piece), quote(piece, safe=""), quote_plus(piece), json.dumps(piece)[1:-1]}
