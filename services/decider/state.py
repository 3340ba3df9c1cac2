"""What the decider remembers of a call."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime

from runtime.events import Fact
from schemas.calls import CallFacts, CallIngested, Verdict
from schemas.identity import CallerKind


class Call(Fact):
    """Who called whom, what is known of it, and what was said of it last."""

    call_sid: str = ""
    business_id: str = ""
    business_version: int = 0
    account_sid: str = ""
    conversation_id: str = ""
    person_id: str | None = None
    caller_kind: CallerKind | None = None
    caller: str | None = None
    called: str = ""
    traceparent: str | None = None
    heard_at: AwareDatetime | None = None
    taken_at: AwareDatetime | None = None
    facts: CallFacts = CallFacts()
    revision: int = 0
    verdict: Verdict | None = None

    def heard(self, webhook: CallIngested, facts: CallFacts, traceparent: str | None, now: datetime) -> Call:
        """With a webhook's news. A child leg's webhook does not say who called: what the parent's said, stays."""
        return Call(
            call_sid=webhook.call_sid,
            business_id=webhook.business_id,
            business_version=max(self.business_version, webhook.business_version),
            account_sid=webhook.account_sid,
            conversation_id=webhook.conversation_id,
            person_id=self.person_id or webhook.person_id,
            caller_kind=self.caller_kind or webhook.caller_kind,
            caller=self.caller or webhook.caller,
            called=self.called or webhook.called,
            traceparent=self.traceparent or traceparent,
            heard_at=max(self.heard_at or webhook.received_at, webhook.received_at),
            taken_at=now,
            facts=facts,
            revision=self.revision,
            verdict=self.verdict,
        )
