"""What each webhook leads to: the business found, the fact recorded, and only then the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final

from starlette.responses import Response

from runtime.events import Event, Outgoing
from schemas.businesses import BusinessChanged
from schemas.calls import CallIngested, Step
from schemas.identity import Identities
from services.ingest import twilio
from services.ingest.answers import answer_to_call
from services.ingest.calls import call_ingested, is_outbound
from services.ingest.messages import message_ingested, receipt_ingested
from services.ingest.owners import Owners
from services.ingest.recorder import Recorder
from services.ingest.refusals import Ignored, Refusal, Refused
from services.ingest.unheard import Unheard
from services.ingest.urls import Callbacks
from services.ingest.webhook import Webhook

# Most brokers have failed over by then. Less than Twilio's 15 s, in which it also comes again, and with the second of
# Kafka's and the disk's before it less than a stopping service has for requests in hand.
HEARD_WITHIN_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Each raises Refused or Ignored. A webhook that comes twice at once is recorded twice, under one event id."""

    owners: Owners
    identities: Identities
    callbacks: Callbacks
    recorder: Recorder
    unheard: Unheard
    clock: Callable[[], datetime]

    async def voice(self, webhook: Webhook) -> Response:
        business, call = await self._call(Step.VOICE, webhook)
        return _xml(answer_to_call(call, business, self.callbacks))

    async def dial_result(self, webhook: Webhook) -> Response:
        """Nothing comes after the Dial: the caller and the business have spoken, or nobody was there."""
        await self._call(Step.DIAL_RESULT, webhook)
        return _always(twilio.hung_up())

    async def call_status(self, webhook: Webhook) -> Response:
        if is_outbound(webhook):
            raise Ignored
        await self._call(Step.CALL_STATUS, webhook)
        return nothing_to_say()

    async def message(self, webhook: Webhook) -> Response:
        """Never replied to by TwiML: whether and with what to reply is compliance's to decide.

        It may be a STOP. No call may overtake one that is acknowledged, as calls could while it lies on this replica's
        disk: so it is acknowledged when Kafka has it. Nobody hears silence meanwhile. After a while Twilio is asked to
        come again, to another replica perhaps; the copy here is for when it does not.
        """
        business = self.owners.owner(webhook)
        event = message_ingested(webhook, business, identities=self.identities, now=self.clock())
        record = Outgoing.of(event)
        recorded = await self.recorder.record(record, about=event.subject)
        if not recorded and not await self.unheard.heard(record, within=HEARD_WITHIN_SECONDS):
            raise Refused(Refusal.NOT_HEARD_YET, about=event.subject)
        return _always(twilio.not_replied())

    async def message_status(self, webhook: Webhook) -> Response:
        business = self.owners.owner(webhook)
        await self._record(receipt_ingested(webhook, business, now=self.clock()))
        return nothing_to_say()

    async def _call(self, step: Step, webhook: Webhook) -> tuple[BusinessChanged, CallIngested]:
        business = self.owners.owner(webhook)
        event = call_ingested(step, webhook, business, identities=self.identities, now=self.clock())
        await self._record(event)
        return business, event.data

    async def _record(self, event: Event[Any]) -> None:
        await self.recorder.record(Outgoing.of(event), about=event.subject)


@cache
def nothing_to_say() -> Response:
    return Response(status_code=204)


@lru_cache(maxsize=8)  # documents that say nothing of a call; a response may be sent any number of times
def _always(document: str) -> Response:
    return _xml(document)


def _xml(document: str) -> Response:
    return Response(document, media_type="text/xml")
