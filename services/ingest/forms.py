"""A form as Twilio sends and signs it: blank values count, and a name may come more than once."""

from __future__ import annotations

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
        said: dict[str, str] = {}
        repeated: dict[str, list[str]] = {}
        for pair in encoded.decode().replace("+", " ").split("&"):
            if not pair:
                continue
            name, _, value = pair.partition("=")
            if "%" in value:
                value = _unescaped(value)
            if "%" in name:
                name = _unescaped(name)
            if name in said:
                repeated.setdefault(name, [said[name]]).append(value)
            else:
                said[name] = value
        said |= {name: ", ".join(dict.fromkeys(values)) for name, values in repeated.items()}
        return cls(said, repeated)

    def values(self, name: str) -> Sequence[str]:
        return self.repeated.get(name) or (self.said[name],)


def _unescaped(text: str) -> str:
    return unquote_to_bytes(text).decode()
