"""What a client asks when it creates a message, checked in Twilio's order of complaints."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.api.errors import api_error
from simulator.directory import Directory

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_BODY_MOST = 1600
_VALIDITY_MOST = 36_000


@dataclass(frozen=True, kw_only=True)
class MessageAsked:
    to: str
    from_: str
    body: str
    status_callback: str | None


def message_asked(form: Mapping[str, str], account_sid: str, directory: Directory) -> MessageAsked:
    """The message to create. Raises Twilio's own error for what it would refuse."""
    to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    callback, validity = form.get("StatusCallback"), form.get("ValidityPeriod")
    own = directory.owns(account_sid, from_)
    complaints = (
        (21604, not to),
        (21701, not from_ and "MessagingServiceSid" in form),
        (21603, not from_),
        (21602, not body),
        (21617, len(body) > _BODY_MOST),
        (21211, not _E164.fullmatch(to)),
        (21212, not _E164.fullmatch(from_)),
        (21266, to == from_),
        (21606, not own),
        (21609, callback is not None and not _is_url(callback)),
        (21624, validity is not None and not _is_validity(validity)),
    )
    if code := next((code for code, applies in complaints if applies), None):
        raise api_error(code)
    return MessageAsked(to=to, from_=from_, body=body, status_callback=callback)


def _is_url(text: str) -> bool:
    address = urlsplit(text)
    return address.scheme in {"http", "https"} and bool(address.hostname)


def _is_validity(text: str) -> bool:
    return text.isdecimal() and 1 <= int(text) <= _VALIDITY_MOST
