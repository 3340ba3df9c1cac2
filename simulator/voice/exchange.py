"""Connects calls: from the first ring to the last webhook, each call one task that waits and never polls."""

import asyncio
from dataclasses import dataclass, field
from random import Random

from simulator.background import Background
from simulator.clock import Clock
from simulator.directory import Directory, Line
from simulator.sids import Sids
from simulator.voice.live import CallerHungUpError, LiveCall
from simulator.voice.mail import CallMail
from simulator.voice.obeying import obey
from simulator.voice.params import call_params
from simulator.voice.record import CallBook, Journal, Leg
from simulator.voice.script import CallScript
from simulator.voice.twiml import TwimlError, parse
from simulator.voice.verbs import NOTHING, Document
from simulator.webhooks.courier import Courier
from simulator.webhooks.steps import Step


@dataclass(frozen=True, kw_only=True)
class Exchange:
    directory: Directory
    book: CallBook
    courier: Courier
    background: Background
    clock: Clock
    sids: Sids
    randomness: Random
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def ring(self, script: CallScript) -> Journal:
        """The call has begun when this returns; it runs by itself."""
        line = self.directory.line(script.to)
        journal = self.book.open(self._leg(script, line))
        mail = CallMail(script, journal, self.courier, self.background, self.randomness)
        call = LiveCall(
            book=self.book,
            journal=journal,
            script=script,
            line=line,
            mail=mail,
            clock=self.clock,
            sids=self.sids,
        )
        self._run(call)
        return journal

    async def end_of(self, sid: str, *, within: float) -> None:
        """Wait for the end of that call if it is running, so many real seconds at most."""
        if within > 0 and (task := self.running.get(sid)):
            await asyncio.wait({task}, timeout=within)

    def _run(self, call: LiveCall) -> None:
        sid = call.leg.sid
        self.running[sid] = task = self.background.start(_run(call))
        task.add_done_callback(lambda _: self.running.pop(sid, None))

    def _leg(self, script: CallScript, line: Line) -> Leg:
        now = self.clock.now()
        return Leg(
            sid=self.sids.new("CA"),
            account_sid=line.account_sid,
            from_=script.shown_from,
            to=line.e164,
            direction="inbound",
            created=now,
            updated=now,
            status="ringing",
            forwarded_from=script.forwarded_from,
        )


async def _run(call: LiveCall) -> None:
    try:
        await obey(call, await _first_document(call))
    except TwimlError as error:
        call.journal.errors.append({"code": error.code, "error": error.sentence})
        call.answer()  # to play the application error
    except CallerHungUpError:
        if not call.leg.ended:
            call.end("completed")
    await _finish(call)


async def _first_document(call: LiveCall) -> Document:
    number = call.line.number
    if number.voice_url:
        return await call.fetch(Step.VOICE, number.voice_url)
    return parse(number.voice_twiml, "") if number.voice_twiml else NOTHING


async def _finish(call: LiveCall) -> None:
    if not call.leg.ended:
        call.end("completed" if call.answered else "no-answer")
    if url := call.line.number.status_callback_url:
        call.tell_progress(Step.CALL_STATUS, call.leg, url, call_params(call.leg, call.script))
    await call.mail.finish()
    call.journal.done = True
