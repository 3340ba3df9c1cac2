"""Sets a stage up on a running system."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import SystemRandom
from secrets import token_hex

from missedcall.stage.numbers import fictional_numbers
from missedcall.stage.observer import Observer
from missedcall.stage.play import Stage
from simulator.client import SimulatorClient


@asynccontextmanager
async def open_stage(
    *, simulator: str, environment: Mapping[str, str], metrics_urls: Sequence[str]
) -> AsyncIterator[Stage]:
    """`environment` is what the system's services were given."""
    namespace = environment.get("MISSEDCALL_NAMESPACE", "")
    async with (
        SimulatorClient.connected(simulator) as twilio,
        Observer.watching(environment["KAFKA_BOOTSTRAP_SERVERS"], namespace=namespace) as observer,
    ):
        yield Stage(
            twilio=twilio,
            observer=observer,
            public_url=environment["MISSEDCALL_PUBLIC_URL"],
            account_sid=await _open_account(twilio, Path(environment["MISSEDCALL_TWILIO_CREDENTIALS"])),
            environ=environment,
            metrics_urls=metrics_urls,
            numbers=fictional_numbers(SystemRandom()),
        )


async def _open_account(twilio: SimulatorClient, credentials: Path) -> str:
    """The SID of an account of the stage's own; its token stands in a file, as an operator would put it there."""
    sid, token = f"AC{token_hex(16)}", token_hex(16)
    await twilio.put_account(sid, [token])
    (credentials / sid).write_text(f"{token}\n")
    return sid
