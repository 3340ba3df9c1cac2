"""What every integration test may ask for besides the stack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.integration.commands import Command, terminal
from tests.integration.wire import Wire


@pytest.fixture
async def wire(stack: Stack) -> AsyncIterator[Wire]:
    """A namespace of its own, with every topic."""
    own = Wire(stack, f"t{uuid4().hex[:8]}.")
    await own.create_topics()
    yield own
    await own.delete_topics()


@pytest.fixture
def command(wire: Wire, tmp_path: Path) -> Command:
    """Types a command where the wire's system runs."""
    return terminal(wire, tmp_path)
