"""The callback URLs that the TwiML of a call names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.callbacks import CALL_STATUS, DIAL_RESULT, Issued, callback_url
from schemas.calls import CallIngested
from schemas.identity import Identities


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
        return callback_url(self.public_url, path, issued(call, self.identities))


def issued(call: CallIngested, identities: Identities) -> Mapping[Issued, str]:
    """What the query of each callback of a call says."""
    return {
        Issued.BUSINESS: call.business_id,
        Issued.CONVERSATION: call.conversation_id,
        Issued.CALL: call.call_sid,
        Issued.NUMBER: identities.number(call.called),
        Issued.CALLER: call.caller_kind,
    }
