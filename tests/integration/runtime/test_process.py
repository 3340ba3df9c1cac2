"""A service as an operator meets it: a process that starts, logs, stops on a signal and fails with a reason."""

from __future__ import annotations

import asyncio
import json
import signal

import pytest

from local.ports import free_ports
from tests.integration.runtime.ground import Ground, asked, logged
from tests.integration.runtime.toy import PINGS, PONGS, ping

NUMBER = "+14155550123"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_in_order(ground: Ground, number: signal.Signals) -> None:
    async with ground.process() as process:
        await logged(process, "ready")
        await ground.say(*(ping(n) for n in range(1, 11)))
        await ground.heard(PONGS, at_least=10)
        process.send_signal(number)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    assert await ground.uncommitted(PINGS.name) == 0


async def test_a_signal_during_the_start_ends_the_process(ground: Ground) -> None:
    async with ground.process(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9") as process:
        await logged(process, "start_waits")
        process.terminate()
        async with asyncio.timeout(20):
            assert await process.wait() == 0


async def test_it_finds_its_cluster_through_whichever_of_several_servers_answers(ground: Ground) -> None:
    """As in production, where any broker may be away at the start."""
    dead = f"127.0.0.1:{free_ports(1)[0]}"
    async with ground.process(KAFKA_BOOTSTRAP_SERVERS=f"{dead},{ground.kafka}") as process:
        await logged(process, "ready")


async def test_a_start_that_fails_is_a_line_in_the_log_and_an_exit_code(ground: Ground) -> None:
    ground.topics_file.write_text(ground.topics_file.read_text().replace("partitions: 4", "partitions: 6"))
    async with ground.process() as process:
        ended = await logged(process, "service_ended")
        assert "pings.sent.v1 has 4 partitions, 6 are declared" in ended["error"]
        assert await process.wait() == 1


async def test_every_line_is_json_and_none_holds_a_number_that_came_in_a_record(ground: Ground) -> None:
    async with ground.process() as process:
        ready = await logged(process, "ready")
        await ground.say_raw((PINGS.name, NUMBER.encode(), f'{{"data": "{NUMBER}"}}'.encode()))
        await ground.say(ping(1, NUMBER))
        await ground.heard(PONGS, at_least=1)
        _, metrics = await asked(ready["ports"]["ops"], "/metrics")
        process.terminate()
        assert process.stderr is not None
        lines = (await process.stderr.read()).decode().splitlines()
    assert NUMBER[1:] not in metrics
    assert NUMBER[1:] not in "".join(lines)
    assert all({"at", "level", "service", "message"} <= json.loads(line).keys() for line in lines)
