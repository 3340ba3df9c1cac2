"""A form as Twilio sends and signs it: blank values count, and a name may come more than once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl

# Twilio sends some 40. The bound keeps sorting and signing a form cheap before anything proves who sent it.
MAX_FIELDS = 256


@dataclass(frozen=True, slots=True)
class Form:
    """Iterates over its names; together with `getlist` that is all that Twilio's validator asks of a multi-dict."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def parse(cls, encoded: bytes) -> Self:
        """Raises ValueError for what is not UTF-8, on the wire or percent-encoded, and for too many fields."""
        text = encoded.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
        values: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            values[name] = (*values.get(name, ()), value)
        return cls(values)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def getlist(self, name: str) -> tuple[str, ...]:
        return self.values[name]

    def said(self) -> dict[str, str]:
        """One string a name. What was said differently under one name is joined by a comma, as HTTP does with headers.

        So nothing is lost, and a SID or number that came twice is none any more: it fails its check.
        """
        return {name: ", ".join(dict.fromkeys(values)) for name, values in self.values.items()}
