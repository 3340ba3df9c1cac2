"""Compliance, businesses and ingest as chaos plays them: they say what the sender listens to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import web
from aiokafka import AIOKafkaProducer

from runtime.events import Event, Outgoing
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged, Mode
from schemas.callbacks import MESSAGE_STATUS, Issued
from schemas.messages import RECEIPTS_INGESTED, ReceiptIngested
from schemas.reasons import Reason
from schemas.texts import TEXTS_SCREENED, Encoding, Purpose, Screening, TextScreened, Words
from tests.chaos.owed import ACCOUNTS, Owed, account_sid, sender_of
from tests.unit.services.sender.samples import entitled

_VALID: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Idempotent, so that a broker that is away for a while makes none of their events two."""

    producer: AIOKafkaProducer
    namespace: str

    @classmethod
    @asynccontextmanager
    async def speaking(cls, kafka: str, namespace: str) -> AsyncIterator[Neighbours]:
        producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
        await producer.start()
        try:
            yield cls(producer, namespace)
        finally:
            await producer.stop()

    async def businesses(self) -> None:
        """One an account."""
        now = datetime.now(UTC)
        for account in range(ACCOUNTS):
            business = BusinessChanged(
                business_id=f"b{account}",
                version=1,
                name="Acme",
                account_sid=account_sid(account),
                numbers=(sender_of(account),),
                mode=Mode.FORWARD,
                template="",
                cooldown_minutes=60,
                entitlement=entitled().model_copy(update={"trial_ends_at": now + timedelta(days=1)}),
            )
            key = business.business_id
            await self._say(
                BUSINESSES_CHANGED.event(business, source="/b", subject=key, transition="1", key=key, time=now)
            )

    async def permit(self, owed: Owed) -> None:
        """Each its own conversation with its own person."""
        now = datetime.now(UTC)
        body = f"We missed your call ({owed.text_id}). Reply STOP to opt out"
        text = TextScreened(
            text_id=owed.text_id,
            purpose=Purpose.MISSED_CALL,
            screening=Screening.PERMITTED,
            reason=Reason.PERMITTED,
            call_sid=f"CA{owed.number:032x}",
            business_id=f"b{owed.account}",
            business_version=1,
            account_sid=account_sid(owed.account),
            conversation_id=f"c1_{owed.number}",
            person_id=f"p1_{owed.number}",
            sender=sender_of(owed.account),
            sender_id=f"n1_{owed.account}",
            recipient=owed.recipient,
            words=Words(body=body, encoding=Encoding.GSM7, segments=1),
            call_ended_at=now,
            expires_at=now + _VALID,
        )
        key = text.conversation_id
        await self._say(
            TEXTS_SCREENED.event(text, source="/c", subject=text.text_id, transition="permitted", key=key, time=now)
        )

    async def receipt(self, query: Any, said: Any) -> None:
        """A status callback, as ingest makes it a fact."""
        now = datetime.now(UTC)
        receipt = ReceiptIngested(
            message_sid=said["MessageSid"],
            account_sid=said["AccountSid"],
            status=said["MessageStatus"],
            error_code=int(said["ErrorCode"]) if said.get("ErrorCode") else None,
            text_id=query[Issued.TEXT],
            business_id=query[Issued.BUSINESS],
            conversation_id=query[Issued.CONVERSATION],
            received_at=now,
            said={},
        )
        key, sid = receipt.conversation_id, receipt.message_sid
        await self._say(
            RECEIPTS_INGESTED.event(receipt, source="/i", subject=sid, transition=receipt.status, key=key, time=now)
        )

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[str]:
        """Where Twilio's status callbacks arrive; 2xx once they are in the topic."""

        async def take(request: web.Request) -> web.Response:
            await self.receipt(request.query, await request.post())
            return web.Response(status=204)

        app = web.Application()
        app.router.add_post(MESSAGE_STATUS, take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _say(self, event: Event[Any]) -> None:
        record = Outgoing.of(event)
        await self.producer.send_and_wait(self.namespace + record.topic, record.value, key=record.key.encode())
