"""The callback URLs that we issue: child legs name neither caller nor business, so the (signed) query does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final
from urllib.parse import urlencode

from schemas.calls import CallIngested
from schemas.identity import Identities

DIAL_RESULT: Final = "/twilio/dial-result"
CALL_STATUS: Final = "/twilio/call-status"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """`number` is the called number's id, `caller` the kind of caller."""

    public_url: str
    identities: Identities

    def dial_result(self, call: CallIngested) -> str:
        return self._url(DIAL_RESULT, call)

    def call_status(self, call: CallIngested) -> str:
        return self._url(CALL_STATUS, call)

    def _url(self, path: str, call: CallIngested) -> str:
        query: dict[str, str] = {
            Issued.BUSINESS: call.business_id,
            Issued.CONVERSATION: call.conversation_id,
            Issued.CALL: call.call_sid,
            Issued.NUMBER: self.identities.number(call.called),
            Issued.CALLER: call.caller_kind,
        }
        return f"{self.public_url}{path}?{urlencode(query)}#{RETRIED}"
