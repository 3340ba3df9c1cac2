"""A sender's surroundings: compliance and ingest as this test plays them, and a Twilio of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged, Mode
from schemas.consents import CONSENTS_CHANGED, ConsentChanged, Evidence, Scope, Source, Wish, consent_key
from schemas.messages import RECEIPTS_INGESTED, ReceiptIngested
from schemas.reasons import Reason
from schemas.texts import TEXTS_SCREENED, Encoding, Purpose, Screening, TextScreened, Words
from services.sender.settings import Settings
from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.options import Options
from simulator.server import running
from tests.integration.wire import Wire
from tests.unit.services.sender.samples import entitled

ACCOUNT = "AC" + "0a" * 16
TOKEN = "first-token"
SENDER = "+14155550100"
CALLER = "+13125550199"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What the other services say to the sender."""

    wire: Wire

    async def business(self, account: str = ACCOUNT) -> None:
        business = BusinessChanged(
            business_id="b1",
            version=1,
            name="Acme",
            account_sid=account,
            numbers=(SENDER,),
            mode=Mode.FORWARD,
            template="",
            cooldown_minutes=60,
            entitlement=entitled(),
        )
        now = datetime.now(UTC)
        await self.wire.say(
            BUSINESSES_CHANGED.event(business, source="/b", subject="b1", transition="1", key="b1", time=now)
        )

    async def screened(
        self,
        text_id: str,
        screening: Screening = Screening.PERMITTED,
        *,
        valid: timedelta = timedelta(minutes=10),
        **changes: Any,
    ) -> None:
        now = datetime.now(UTC)
        text = TextScreened(
            text_id=text_id,
            purpose=Purpose.MISSED_CALL,
            screening=screening,
            reason=Reason.PERMITTED,
            call_sid=f"CA{text_id}",
            business_id="b1",
            business_version=1,
            account_sid=ACCOUNT,
            conversation_id="c1_1",
            person_id="p1_1",
            sender=SENDER,
            sender_id="n1_1",
            recipient=CALLER,
            words=Words(body=f"We missed your call ({text_id})", encoding=Encoding.GSM7, segments=1),
            call_ended_at=now,
            expires_at=now + valid,
        ).model_copy(update=changes)
        await self.wire.say(
            TEXTS_SCREENED.event(
                text, source="/compliance", subject=text_id, transition=screening, key=text.conversation_id, time=now
            )
        )

    async def opted_out(self, scope: Scope) -> None:
        now = datetime.now(UTC)
        evidence = Evidence(source=Source.KEYWORD, reference="SM9", heard_at=now)
        consent = ConsentChanged(person_id="p1_1", scope=scope, wish=Wish.OPTED_OUT, version=1, evidence=evidence)
        key = consent_key("p1_1", scope)
        await self.wire.say(
            CONSENTS_CHANGED.event(consent, source="/compliance", subject=key, transition="1", key=key, time=now)
        )

    async def receipt(self, text_id: str, sid: str, status: str, error_code: int | None = None) -> None:
        now = datetime.now(UTC)
        receipt = ReceiptIngested(
            message_sid=sid,
            account_sid=ACCOUNT,
            status=status,
            error_code=error_code,
            text_id=text_id,
            business_id="b1",
            conversation_id="c1_1",
            received_at=now,
            said={},
        )
        await self.wire.say(
            RECEIPTS_INGESTED.event(receipt, source="/ingest", subject=sid, transition=status, key="c1_1", time=now)
        )


@pytest.fixture
async def neighbours(wire: Wire) -> Neighbours:
    own = Neighbours(wire)
    await own.business()
    return own


@pytest.fixture
async def twilio() -> AsyncIterator[SimulatorClient]:
    async with running(Options(speed=20)) as url, SimulatorClient.connected(url) as client:
        await client.put_account(ACCOUNT, [TOKEN])
        await client.put_number(SENDER, Number(account_sid=ACCOUNT))
        yield client


@pytest.fixture
async def door(neighbours: Neighbours) -> AsyncIterator[str]:
    """Where Twilio's status callbacks arrive, and become facts as ingest makes them."""

    async def take(request: web.Request) -> web.Response:
        said = await request.post()
        code = said.get("ErrorCode")
        await neighbours.receipt(
            request.query["text"], str(said["MessageSid"]), str(said["MessageStatus"]), int(str(code)) if code else None
        )
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/twilio/message-status", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def settings(wire: Wire, twilio: SimulatorClient, door: str, tmp_path: Path) -> Settings:
    (tmp_path / ACCOUNT).write_text(f"{TOKEN}\n")
    return Settings(
        **wire.settings,
        public_url=door,
        twilio_api_base=twilio.url,
        twilio_credentials=tmp_path,
        twilio_connect_seconds=0.5,
        twilio_read_seconds=1,
        lease_seconds=3,
        shutdown_seconds=5,
        hold_seconds=0.2,
        halt_seconds=0.5,
        retry_cap_seconds=0.2,
        poll_seconds=0.1,
    )
