"""The life of an outbound text: queued, sent, delivered or not, with a status callback at each step but the first."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from simulator.background import Background
from simulator.clock import Clock, rfc2822
from simulator.directory import Line
from simulator.faults.plan import Callbacks, Plan
from simulator.messaging.handsets import Handsets, Text
from simulator.messaging.params import status_params
from simulator.messaging.record import OUTBOUND_API, Message, Messages
from simulator.messaging.segments import segments
from simulator.sids import Sids
from simulator.webhooks.courier import Courier
from simulator.webhooks.letters import Letter
from simulator.webhooks.steps import Step

_PATHS = {"delivered": ("sent", "delivered"), "undelivered": ("sent", "undelivered"), "failed": ("failed",)}
_SECONDS_A_STEP = (0.2, 1.0)
"""Call seconds from one status to the next: the range they are drawn from."""


@dataclass(frozen=True, kw_only=True)
class Carriage:
    messages: Messages
    handsets: Handsets
    courier: Courier
    background: Background
    clock: Clock
    sids: Sids
    randomness: Random

    def take(
        self,
        line: Line,
        to: str,
        body: str,
        *,
        status_callback: str | None = None,
        direction: str = OUTBOUND_API,
        listed_after: float = 0.0,
    ) -> Message:
        """From here on the message exists, whatever its sender learns of it."""
        now = self.clock.now()
        message = Message(
            sid=self.sids.new("SM"),
            account_sid=line.account_sid,
            from_=line.e164,
            to=to,
            body=body,
            num_segments=segments(body),
            direction=direction,
            status="queued",
            created=now,
            updated=now,
            listed=now + timedelta(seconds=listed_after),
            status_callback=status_callback,
        )
        self.messages.add(message)
        return message

    async def carry(self, message: Message, line: Line, plan: Plan) -> None:
        """Walk the message through its statuses; callbacks are on their way before the next status comes."""
        callbacks, held = [], list[Letter]()
        for status in _PATHS[plan.outcome]:
            await self.clock.pass_seconds(self.randomness.uniform(*_SECONDS_A_STEP))
            self._move(message, status, plan)
            letter = self._letter(message, line, plan)
            if letter and plan.callbacks is Callbacks.BACKWARDS:
                held.insert(0, letter)
            elif letter:
                copies = 2 if plan.callbacks is Callbacks.TWICE else 1
                callbacks.append(self.background.start(self._tell(letter, copies)))
        for letter in held * 2:
            await self._tell(letter, 1)
        for callback in callbacks:
            await callback

    def _move(self, message: Message, status: str, plan: Plan) -> None:
        message.status = status
        message.updated = self.clock.now()
        if status == "sent":
            message.sent = message.updated
        if status == plan.outcome:
            message.error_code = plan.error_code
        if status == "delivered":
            self.handsets.reached(_text(message))

    def _letter(self, message: Message, line: Line, plan: Plan) -> Letter | None:
        if message.status_callback is None or plan.callbacks is Callbacks.NONE:
            return None
        sid = self.sids.new("SM") if plan.callbacks is Callbacks.OF_ANOTHER else message.sid
        params = status_params(message, sid)
        return Letter(step=Step.MESSAGE_STATUS, url=message.status_callback, params=params, token=line.token)

    async def _tell(self, letter: Letter, copies: int) -> None:
        await self.courier.deliver(letter, copies=copies)


def _text(message: Message) -> Text:
    return Text(
        sid=message.sid,
        from_=message.from_,
        to=message.to,
        body=message.body,
        status=message.status,
        at=rfc2822(message.updated) or "",
    )
