"""Killed at any step between reading and committing, a service repeats the same bytes and changes nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.runtime.ground import Ground, eventually
from tests.integration.runtime.toy import PINGS, PONGS, ping


@pytest.mark.parametrize("step", ["before it has stored", "after it has stored", "after it has published"])
async def test_a_service_killed_by_sigkill_says_the_same_bytes_when_it_is_back(ground: Ground, step: str) -> None:
    await ground.say(*(ping(number, f"document {number % 3}") for number in range(1, 31)))
    named = {"MISSEDCALL_INSTANCE": "1"}  # so that it need not wait until the group takes the dead one for dead
    async with ground.process(TOY_DIES=step, MISSEDCALL_BATCH_RECORDS="10", **named) as process:
        async with asyncio.timeout(60):
            assert await process.wait() == -9
    before = await ground.documents()
    async with ground.process(**named):
        values = await ground.heard_raw(PONGS.name, at_least=30)

        async def committed() -> bool:
            return await ground.uncommitted(PINGS.name) == 0

        await eventually(committed)
    after = await ground.documents()
    assert len({PONGS.parse(value).id for value in values}) == len(set(values)) == 30
    assert sorted(number for row in after.values() for number in row["state"]["numbers"]) == list(range(1, 31))
    for name, row in before.items():
        kept = row["said"]
        assert after[name]["said"][: len(kept)] == kept
