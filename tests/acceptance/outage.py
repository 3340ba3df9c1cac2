"""A business of one's own on the running system, of whose calls no webhook needs to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from aiohttp import ClientSession

from local.system import System
from missedcall.business_book import begin, book
from missedcall.stage.known import businesses_known
from missedcall.stage.play import Stage
from schemas.businesses import Mode
from services.businesses.rules import Wishes
from simulator.directory import Number
from simulator.voice.script import Callee, CallScript, Outcome
from simulator.webhooks.steps import Step
from tests.unit.services.ingest.webhooks import signature

NOBODY_ANSWERS = (Callee(outcome=Outcome.NO_ANSWER),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    stage: Stage
    system: System
    number: str
    business_id: str

    async def call(self, *, lose: frozenset[Step] = frozenset(Step), **script: object) -> tuple[str, str]:
        """Somebody calls, and it is over: the call and the caller."""
        caller = str(script.pop("from", next(self.stage.numbers)))
        said = {"from": caller, "to": self.number, "callees": NOBODY_ANSWERS, "lose": lose, **script}
        sid = await self.stage.twilio.call(CallScript.model_validate(said))
        await self.stage.twilio.finished_call(sid)
        return sid, caller

    def command(self, since: str) -> list[str]:
        return ["backfill", "--since", since, "--business", self.business_id, "--json"]

    async def became(self, sid: str, *lines: str) -> tuple[str, ...]:
        """What came of a call, when it is this, or when patience is over."""
        return await self.stage.observer.until(sid, lambda seen: seen == lines, within=60)

    async def texts(self, *callers: str) -> list[int]:
        """How many each was sent, as Twilio counts."""
        return [len(await self.stage.twilio.messages(to=caller)) for caller in callers]

    async def webhook(self, path: str, said: Mapping[str, str]) -> int:
        """Twilio comes late with one; the status of our answer."""
        url = f"{self.system.ingest}/twilio/{path}"
        token = (self.system.credentials / self.stage.account_sid).read_text().strip()
        said = {"AccountSid": self.stage.account_sid, "To": self.number, "Direction": "inbound", **said}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature(token, url, said.items()),
        }
        async with ClientSession() as session, session.post(url, data=urlencode(said), headers=headers) as answer:
            return answer.status


async def outage_of(stage: Stage, system: System, *, mode: Mode) -> Outage:
    """The business is a day old: what Twilio lists from before is not its calls."""
    number, business_id = next(stage.numbers), f"b_{uuid4().hex[:8]}"
    hooks = {"voice_url": f"{system.ingest}/twilio/voice", "status_callback_url": f"{system.ingest}/twilio/call-status"}
    await stage.twilio.put_number(number, Number(account_sid=stage.account_sid, **hooks))
    wishes = Wishes(
        name="Acme Plumbing",
        numbers=(number,),
        account_sid=stage.account_sid,
        mode=mode,
        forward_to=(next(stage.numbers),),
        cooldown_minutes=0,
    )
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await begin(wishes, system.environment, business_id=business_id, now=yesterday, within_seconds=30)
    async with book(system.environment) as businesses:
        count = len(await businesses.everyone())
    await businesses_known(stage.metrics_urls, count=count, within=30)
    return Outage(stage=stage, system=system, number=number, business_id=business_id)
