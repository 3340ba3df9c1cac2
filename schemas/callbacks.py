"""The callback URLs that we give to Twilio: what stands in their query, and what they ask Twilio to do.

Child legs and receipts name neither caller nor business, so the (signed) query does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final
from urllib.parse import urlencode

DIAL_RESULT: Final = "/twilio/dial-result"
CALL_STATUS: Final = "/twilio/call-status"
MESSAGE_STATUS: Final = "/twilio/message-status"

# Of itself Twilio retries a failed connection, once, and nothing else. The fragment asks for more; it is neither sent
# nor signed.
RETRIED: Final = "rc=3&rp=ct,rt,5xx"


@unique
class Issued(StrEnum):
    """Names in the query. Phone numbers are none of them: URLs end up in other people's logs."""

    BUSINESS = "business"
    CONVERSATION = "conversation"
    CALL = "call"
    NUMBER = "number"
    CALLER = "caller"
    TEXT = "text"


def callback_url(public_url: str, path: str, query: Mapping[Issued, str]) -> str:
    return f"{public_url.rstrip('/')}{path}{callback_tail(query)}"


def callback_tail(query: Mapping[Issued, str]) -> str:
    """What stands behind the path."""
    stands = urlencode({name.value: value for name, value in query.items()})
    return f"?{stands}#{RETRIED}"
