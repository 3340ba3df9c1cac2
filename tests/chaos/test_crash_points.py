"""Every await of the send path is a place to die, and none of these deaths doubles or loses a text."""

from __future__ import annotations

from pathlib import Path

from local.stack import Stack
from services.sender.ledger import State
from tests.chaos.crash_run import crash_everywhere
from tests.chaos.ground import twilio


async def test_wherever_a_sender_dies_its_text_is_sent_once_or_known_not_to_be(stack: Stack, tmp_path: Path) -> None:
    async with twilio(tmp_path) as simulated:
        crashes = await crash_everywhere(stack, simulated, tmp_path)
    assert crashes.problems == []
    assert len(crashes.deaths) + len(crashes.missed) == len(crashes.points)
    assert len(crashes.missed) < len(crashes.points) / 10
    assert {None, State.INTENT, State.POSTING, State.ACCEPTED} <= {death.before for death in crashes.deaths}
