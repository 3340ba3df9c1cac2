"""A sender's surroundings in a namespace of their own: topics, neighbours, credentials, traps, the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorCollection

from local.stack import Stack
from runtime.mongo import database_name, mongo_client
from services.sender import NAME
from simulator.client import SimulatorClient
from simulator.directory import Number
from tests.chaos.neighbours import Neighbours
from tests.chaos.owed import ACCOUNTS, TOKEN, account_sid, sender_of
from tests.chaos.traps import FOLDER_VARIABLE, Traps
from tests.integration.wire import Wire

LEASE_SECONDS: Final = 3.0
# Everything that is waited for is short, and still long enough for a machine that has much else to do.
_PACE: Final = {
    "TWILIO_CONNECT_SECONDS": 0.5,
    "TWILIO_READ_SECONDS": 1.0,
    "LEASE_SECONDS": LEASE_SECONDS,
    "SHUTDOWN_SECONDS": 5,
    "HOLD_SECONDS": 0.2,
    "HALT_SECONDS": 0.5,
    "RETRY_CAP_SECONDS": 0.3,
    "POLL_SECONDS": 0.1,
    "LOOK_FIRST_SECONDS": 0.5,
    "LOOK_CAP_SECONDS": 1,
    "PARK_AFTER_SECONDS": 10,  # longer than any sleeper sleeps, and than a list lags
    "ASK_FIRST_SECONDS": 3,
    "ASK_CAP_SECONDS": 3,
    "ASK_UNTIL_SECONDS": 9,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where one sender, or several replicas of it, are sent to war."""

    wire: Wire
    folder: Path
    traps: Traps
    neighbours: Neighbours
    twilio: SimulatorClient
    ledger: AsyncIOMotorCollection[dict[str, Any]]
    environment: Mapping[str, str]
    first: int
    """Where its texts' numbers begin: recipients are Twilio's, which all fields share."""

    async def created(self, recipient: str) -> int:
        """How many messages Twilio really made for somebody."""
        return len(await self.twilio.messages(to=recipient))


@asynccontextmanager
async def field(
    stack: Stack, twilio: SimulatorClient, folder: Path, *, base: str, first: int = 1
) -> AsyncIterator[Field]:
    """`base`: where the senders find Twilio, which may be a door in front of it."""
    wire = Wire(stack, f"t{uuid4().hex[:8]}.")
    await wire.create_topics()
    traps = Traps(_made(folder / "traps"))
    client = mongo_client(stack.mongodb, application="chaos")
    async with (
        Neighbours.speaking(stack.kafka, wire.namespace) as neighbours,
        neighbours.answering() as public_url,
    ):
        await neighbours.businesses()
        await _connected(twilio)
        yield Field(
            wire=wire,
            folder=folder,
            traps=traps,
            neighbours=neighbours,
            twilio=twilio,
            ledger=client[database_name(NAME, namespace=wire.namespace)]["ledger"],
            environment=_environment(wire, folder, public_url=public_url, base=base),
            first=first,
        )
    client.close()


def _environment(wire: Wire, folder: Path, *, public_url: str, base: str) -> dict[str, str]:
    credentials = _made(folder / "credentials")
    for account in range(ACCOUNTS):
        (credentials / account_sid(account)).write_text(f"{TOKEN}\n")
    ours = {
        **_PACE,
        "NAMESPACE": wire.namespace,
        "PUBLIC_URL": public_url,
        "TWILIO_API_BASE": base,
        "TWILIO_CREDENTIALS": credentials,
    }
    return {
        **{f"MISSEDCALL_{name}": str(value) for name, value in ours.items()},
        "KAFKA_BOOTSTRAP_SERVERS": wire.stack.kafka,
        "MONGODB_URI": wire.stack.mongodb,
        FOLDER_VARIABLE: str(folder / "traps"),
    }


async def _connected(twilio: SimulatorClient) -> None:
    for account in range(ACCOUNTS):
        await twilio.put_account(account_sid(account), [TOKEN])
        await twilio.put_number(sender_of(account), Number(account_sid=account_sid(account)))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
