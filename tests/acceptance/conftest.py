"""The whole system as processes on the shared stack, with a simulated Twilio and a stage on it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from local.stack import Stack
from local.system import System, running_system
from missedcall.stage.opening import open_stage
from missedcall.stage.play import Stage


@pytest.fixture(scope="module")
async def system(stack: Stack) -> AsyncIterator[System]:
    """With short waits: a second after a call's end, and a sender's claim is given up after fourteen. Twilio's answer
    is waited for much longer than it takes, since this Twilio shares the machine with all else.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MISSEDCALL_")}
    environ = {
        **ours,
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "MONGODB_URI": stack.mongodb,
        "MISSEDCALL_NAMESPACE": f"t{uuid4().hex[:8]}.",
        "MISSEDCALL_GRACE_SECONDS": "1",
        "MISSEDCALL_TWILIO_CONNECT_SECONDS": "1",
        "MISSEDCALL_TWILIO_READ_SECONDS": "6",
        "MISSEDCALL_LEASE_SECONDS": "14",
        "MISSEDCALL_LOOK_FIRST_SECONDS": "2",
        "MISSEDCALL_ASK_FIRST_SECONDS": "5",
    }
    async with running_system(environ, speed=40) as running:
        yield running


@pytest.fixture(scope="module")
async def stage(system: System) -> AsyncIterator[Stage]:
    """Patient: a claim of a dead sender takes its time to be given up."""
    assert system.simulator is not None
    urls = [f"{url}/metrics" for url in system.ops.values()]
    async with open_stage(simulator=system.simulator, environment=system.environment, metrics_urls=urls) as opened:
        opened.step_seconds = 45
        yield opened
