"""A webhook that is proven to come from Twilio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.ingest.refusals import Refusal, Refused

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`said` is the form, `query` what we put into the URL ourselves; the signature covers both."""

    said: Mapping[str, str]
    query: Mapping[str, str]

    @property
    def account_sid(self) -> str:
        return self.said["AccountSid"]

    def sid(self, name: str) -> str:
        """A SID or status of the form. Raises Refused where it is missing, or no single word: ids are made of it."""
        value = self.said.get(name, "")
        if not _is_id(value):
            raise Refused(Refusal.FIELD_MISSING, about=name)
        return value

    def issued(self, name: str) -> str:
        """A part of the query that we issued. Raises Refused where somebody made the URL by hand and left it out."""
        value = self.query.get(name, "")
        if not _is_id(value):
            raise Refused(Refusal.QUERY_INCOMPLETE, about=name)
        return value


def is_word(text: str) -> bool:
    """Letters and digits of ASCII, and not endless: safe in a file name, a record key and a log."""
    return len(text) <= _LONGEST_NAME and text.isascii() and text.isalnum()


def _is_id(text: str) -> bool:
    """A word with hyphens and underscores."""
    return len(text) <= _LONGEST_NAME and is_word(text.replace("-", "").replace("_", ""))
