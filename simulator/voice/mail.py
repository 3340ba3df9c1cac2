"""The webhooks of one call, in the order and number that its script wants."""

import asyncio
from random import Random

from simulator.background import Background
from simulator.voice.record import Journal
from simulator.voice.script import CallScript
from simulator.webhooks.courier import Courier
from simulator.webhooks.letters import Letter, Receipt, lost
from simulator.webhooks.steps import IN_FLOW


class CallMail:
    def __init__(
        self, script: CallScript, journal: Journal, courier: Courier, background: Background, randomness: Random
    ) -> None:
        self._script = script
        self._journal = journal
        self._courier = courier
        self._background = background
        self._randomness = randomness
        self._held: list[Letter] = []
        self._pending: set[asyncio.Task[None]] = set()

    def holds(self, letter: Letter) -> bool:
        """Whether it waits for the shuffle after the call's end."""
        return self._script.shuffle and letter.step not in IN_FLOW

    async def ask(self, letter: Letter) -> Receipt:
        """Deliver now: the call waits for the answer."""
        if letter.step in self._script.lose:
            receipts = [lost(letter)]
        else:
            copies = 2 if self._script.duplicate else 1
            receipts = await self._courier.deliver(letter, copies=copies)
        self._journal.webhooks.extend(_without_words(receipt) for receipt in receipts)
        return receipts[0]

    def tell(self, letter: Letter) -> None:
        """Deliver while the call goes on."""
        if self.holds(letter):
            self._held.append(letter)
            return
        task = self._background.start(self._deliver(letter))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def finish(self) -> None:
        """All that is still to come: what was held, shuffled, one after the other; then whatever is on its way."""
        for letter in self._shuffled():
            await self._deliver(letter)
        if self._pending:
            await asyncio.wait(set(self._pending))

    async def _deliver(self, letter: Letter) -> None:
        await self.ask(letter)

    def _shuffled(self) -> list[Letter]:
        """Never the order in which it happened, where there are two to exchange."""
        shuffled = list(self._held)
        self._randomness.shuffle(shuffled)
        if shuffled == self._held and len(shuffled) > 1:
            shuffled.append(shuffled.pop(0))
        return shuffled


def _without_words(receipt: Receipt) -> Receipt:
    """The journal outlives the call: it keeps no TwiML."""
    return Receipt(
        step=receipt.step,
        sequence=receipt.sequence,
        status=receipt.status,
        seconds=receipt.seconds,
        attempts=receipt.attempts,
        trouble=receipt.trouble,
    )
