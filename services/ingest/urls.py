"""The callback URLs that the TwiML of a call names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.callbacks import CALL_STATUS, DIAL_RESULT, Issued, callback_tail
from schemas.calls import CallIngested
from schemas.identity import Identities


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    dial_result: str
    call_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    public_url: str
    identities: Identities

    def of(self, call: CallIngested) -> Urls:
        tail = callback_tail(issued(call, self.identities))
        return Urls(
            dial_result=f"{self.public_url}{DIAL_RESULT}{tail}",
            call_status=f"{self.public_url}{CALL_STATUS}{tail}",
        )


def issued(call: CallIngested, identities: Identities) -> Mapping[Issued, str]:
    """What the query of each callback of a call says: the called number's id, and the kind of caller."""
    return {
        Issued.BUSINESS: call.business_id,
        Issued.CONVERSATION: call.conversation_id,
        Issued.CALL: call.call_sid,
        Issued.NUMBER: identities.number(call.called),
        Issued.CALLER: call.caller_kind,
    }
