"""Everything that one simulator is: its memory, its randomness and the parts that act on them."""

from dataclasses import dataclass
from random import Random

from aiohttp import ClientSession

from simulator.background import Background
from simulator.clock import Clock
from simulator.directory import Directory
from simulator.faults.book import FaultBook
from simulator.keep import Kept
from simulator.messaging.carriage import Carriage
from simulator.messaging.handsets import Handsets
from simulator.messaging.inbound import Inbox
from simulator.messaging.optout import Blocked
from simulator.messaging.record import Messages
from simulator.options import Options
from simulator.sids import Sids
from simulator.voice.exchange import Exchange
from simulator.voice.record import CallBook
from simulator.webhooks.courier import Courier
from simulator.webhooks.postman import Postman


@dataclass(frozen=True, kw_only=True)
class World:
    directory: Directory
    faults: FaultBook
    courier: Courier
    background: Background
    calls: CallBook
    exchange: Exchange
    carriage: Carriage
    inbox: Inbox

    async def reset(self) -> None:
        """Calls in progress end unfinished; accounts and numbers stay connected."""
        await self.background.stop()
        self.calls.clear()
        self.carriage.messages.clear()
        self.carriage.handsets.clear()
        self.inbox.blocked.clear()
        self.inbox.deliveries.clear()
        self.faults.clear()
        self.courier.failures.clear()


def build(options: Options, session: ClientSession) -> World:
    randomness = Random(options.seed)
    clock, sids, background = Clock(speed=options.speed), Sids(randomness), Background()
    directory, faults, calls = Directory(), FaultBook(), CallBook(options.keep)
    courier = Courier(Postman(session, sids), faults, clock)
    carriage = Carriage(
        messages=Messages(options.keep),
        handsets=Handsets(options.keep),
        courier=courier,
        background=background,
        clock=clock,
        sids=sids,
        randomness=randomness,
    )
    exchange = Exchange(
        directory=directory,
        book=calls,
        courier=courier,
        background=background,
        clock=clock,
        sids=sids,
        randomness=randomness,
    )
    return World(
        directory=directory,
        faults=faults,
        courier=courier,
        background=background,
        calls=calls,
        exchange=exchange,
        carriage=carriage,
        inbox=Inbox(carriage=carriage, blocked=Blocked(), deliveries=Kept(options.keep)),
    )
