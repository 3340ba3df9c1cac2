"""A person texts a connected number: Twilio hears keywords first, then its customer hears of the message."""

from dataclasses import dataclass

from simulator.clock import rfc2822
from simulator.directory import Line, OptOut
from simulator.faults.plan import Plan
from simulator.keep import Kept
from simulator.messaging.carriage import Carriage
from simulator.messaging.delivery import Delivery
from simulator.messaging.handsets import Author, Text
from simulator.messaging.optout import REPLIES, Blocked, Keyword, keyword
from simulator.messaging.params import inbound_params
from simulator.messaging.record import INBOUND, OUTBOUND_REPLY, Message
from simulator.messaging.segments import segments
from simulator.voice.twiml import TwimlError, parse
from simulator.voice.verbs import MessageVerb
from simulator.webhooks.letters import Letter, Receipt
from simulator.webhooks.steps import Step


@dataclass(frozen=True, kw_only=True)
class Inbox:
    carriage: Carriage
    blocked: Blocked
    deliveries: Kept[Delivery]

    def receive(self, line: Line, from_: str, body: str) -> Message:
        now = self.carriage.clock.now()
        message = Message(
            sid=self.carriage.sids.new("SM"),
            account_sid=line.account_sid,
            from_=from_,
            to=line.e164,
            body=body,
            num_segments=segments(body),
            direction=INBOUND,
            status="received",
            created=now,
            updated=now,
            listed=now,
            sent=now,
        )
        self.carriage.messages.add(message)
        self.deliveries.add(message.sid, Delivery())
        return message

    async def pass_on(self, message: Message, line: Line, *, again_after: float | None = None) -> None:
        """Twilio's own reply, the webhook, and what the webhook's answer asks to be texted back."""
        word = keyword(message.body) if line.number.opt_out is not OptOut.OFF else None
        if word and self.blocked.hear(word, line.e164, message.from_):
            self._reply_as_twilio(word, line, message.from_)
        if line.number.sms_url is None:
            return
        named = word if line.number.opt_out is OptOut.ADVANCED else None
        params = inbound_params(message, named)
        letter = Letter(step=Step.MESSAGE, url=line.number.sms_url, params=params, token=line.token)
        if again_after is not None:
            self.carriage.background.start(self._again(letter, message, again_after))
        receipt = await self._deliver(letter, message)
        for body in _replies(receipt):
            await self._reply_as_customer(body, line, message.from_)

    async def _again(self, letter: Letter, message: Message, after: float) -> None:
        await self.carriage.clock.pass_seconds(after)
        await self._deliver(letter, message)

    async def _deliver(self, letter: Letter, message: Message) -> Receipt:
        """The receipt that is obeyed."""
        receipts = await self.carriage.courier.deliver(letter)
        if delivery := self.deliveries.get(message.sid):
            delivery.took(receipts)
        return receipts[0]

    def _reply_as_twilio(self, word: Keyword, line: Line, phone: str) -> None:
        clock, sids = self.carriage.clock, self.carriage.sids
        text = Text(
            sid=sids.new("SM"),
            from_=line.e164,
            to=phone,
            body=REPLIES[word],
            status="delivered",
            at=rfc2822(clock.now()) or "",
            author=Author.TWILIO,
        )
        self.carriage.handsets.reached(text)

    async def _reply_as_customer(self, body: str, line: Line, phone: str) -> None:
        if self.blocked.holds(line.e164, phone):
            return
        message = self.carriage.take(line, phone, body, direction=OUTBOUND_REPLY)
        await self.carriage.carry(message, line, Plan())


def _replies(receipt: Receipt) -> list[str]:
    """A plain-text answer is texted back as it stands, as the real one does: an absent-minded "ok" reaches a person."""
    if not receipt.ok or not receipt.body.strip():
        return []
    if receipt.content_type == "text/plain":
        return [receipt.body]
    try:
        return [verb.body for verb in parse(receipt.body, "").verbs if isinstance(verb, MessageVerb)]
    except TwimlError:
        return []
