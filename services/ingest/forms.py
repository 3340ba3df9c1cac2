"""A form as Twilio sends and signs it: blank values count, and a name may come more than once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_to_bytes

# Twilio sends some 40. The bound keeps sorting and signing a form cheap before anything proves who sent it.
MAX_FIELDS = 256


@dataclass(frozen=True, slots=True)
class Form:
    """`said`: one string a name; `repeated`: all values of the names that came more than once, which are hardly any.

    What was said differently under one name is joined by a comma, as HTTP does with headers. So nothing is lost, and a
    SID or number that came twice is none any more: it fails its check.
    """

    said: Mapping[str, str]
    repeated: Mapping[str, Sequence[str]]

    @classmethod
    def parse(cls, encoded: bytes) -> Self:
        """Raises ValueError for what is not UTF-8, on the wire or percent-encoded, and for too many fields.

        What the standard library's parse_qsl does, in half the time: a good part of all that a webhook costs.
        """
        if encoded.count(b"&") >= MAX_FIELDS:
            raise ValueError(f"a form has at most {MAX_FIELDS} fields")
        pairs = [pair.partition("=") for pair in encoded.decode().replace("+", " ").split("&") if pair]
        # The look for a percent sign stands here, where a call for each would take longer than the look.
        named = [
            (_unescaped(name) if "%" in name else name, _unescaped(value) if "%" in value else value)
            for name, _, value in pairs
        ]
        said = dict(named)
        if len(said) == len(named):
            return cls(said, {})
        repeated = _repeated(named)
        return cls(said | {name: ", ".join(dict.fromkeys(values)) for name, values in repeated.items()}, repeated)

    def values(self, name: str) -> Sequence[str]:
        return self.repeated.get(name) or (self.said[name],)


def _repeated(named: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in named:
        values[name].append(value)
    return {name: said for name, said in values.items() if len(said) > 1}


def _unescaped(text: str) -> str:
    return unquote_to_bytes(text).decode()
