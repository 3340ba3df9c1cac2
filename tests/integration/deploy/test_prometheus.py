"""Every panel's query, asked of a real Prometheus that scrapes a system in which much has happened."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from local.layout import SERVICES
from local.stack import Stack
from local.system import System, running_system
from missedcall.demo import SCENES
from missedcall.stage.opening import open_stage
from missedcall.stage.scene import load_scene
from schemas.calls import CALLS_INGESTED
from tests.integration.deploy.prometheus import Prometheus, running_prometheus
from tests.integration.wire import Wire
from tests.unit.deploy.watched import panels, rules

pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")

# Missed, answered and delivered; STOP; a text that Twilio refuses, delays, and does not answer.
_SCENES: Final = ("01-answered", "02-no-answer", "09-stop", "13-21610", "14-429", "15-500")
# No account is refused as a whole, nobody has paused texting, and no table is old.
_ALL_IS_WELL: Final = "Which accounts are left alone, and what is held back?"


@pytest.fixture(scope="module")
async def system(stack: Stack) -> AsyncIterator[System]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MISSEDCALL_")}
    environ = {
        **ours,
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "MONGODB_URI": stack.mongodb,
        "MISSEDCALL_NAMESPACE": f"t{uuid4().hex[:8]}.",
    }
    async with running_system(environ, speed=40) as running:
        yield running


@pytest.fixture(scope="module")
async def prometheus(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prometheus]:
    async with running_prometheus(system.ops, tmp_path_factory.mktemp("prometheus")) as running:
        await becomes(lambda: running.ask(f"count(up == 1) == {len(SERVICES)}"), {"{}": len(SERVICES)})
        yield running


async def test_a_panel_without_data_says_why(prometheus: Prometheus) -> None:
    """On a system in which nothing has happened; a blank panel at night may be good news or a broken query."""
    await becomes(lambda: unexplained(prometheus), set())


async def test_every_query_has_an_answer_once_it_can_have_one(prometheus: Prometheus, system: System) -> None:
    await play(system)
    await becomes(lambda: unanswered(prometheus), {(_ALL_IS_WELL, "A"), (_ALL_IS_WELL, "B")})


async def test_every_alert_can_be_evaluated(prometheus: Prometheus) -> None:
    await becomes(lambda: health(prometheus), {rule["alert"]: "ok" for rule in rules()})


async def play(system: System) -> None:
    """Scenes, a webhook that is not Twilio's, and a record that nobody can read."""
    assert system.simulator is not None
    urls = [f"{url}/metrics" for url in system.ops.values()]
    async with (
        open_stage(simulator=system.simulator, environment=system.environment, metrics_urls=urls) as stage,
        ClientSession() as stranger,
    ):
        await stage.play_all([load_scene(SCENES / f"{name}.toml") for name in _SCENES])
        async with stranger.post(f"{system.ingest}/twilio/voice", data={"AccountSid": "AC1"}) as answer:
            assert answer.status == 403
    wire = Wire(system.stack, system.environment["MISSEDCALL_NAMESPACE"])
    await wire.say_raw((CALLS_INGESTED.name, b"key", b"rubbish"))


async def unexplained(prometheus: Prometheus) -> set[str]:
    """The panels none of whose queries has an answer, and that do not say why."""
    explained = {panel["title"] for panel in panels() if "noValue" in panel["fieldConfig"]["defaults"]}
    return {title for title, _ in queries()} - {title for title, _ in await answered(prometheus)} - explained


async def unanswered(prometheus: Prometheus) -> set[tuple[str, str]]:
    return queries().keys() - await answered(prometheus)


async def answered(prometheus: Prometheus) -> set[tuple[str, str]]:
    return {query for query, expression in queries().items() if await prometheus.ask(expression)}


async def health(prometheus: Prometheus) -> dict[str, str]:
    return {rule["name"]: rule["health"] for rule in await prometheus.rules()}


def queries() -> dict[tuple[str, str], str]:
    """By the panel's title and the query's letter, as Grafana would ask them over the last minutes."""
    return {
        (panel["title"], target["refId"]): target["expr"].replace("$__rate_interval", "1m").replace("$__range", "5m")
        for panel in panels()
        for target in panel["targets"]
    }


async def becomes(look: Callable[[], Awaitable[object]], expected: object) -> None:
    """Looks until it is as expected, for half a minute and more; fails with the difference."""
    for _ in range(60):
        if await look() == expected:
            return
        await asyncio.sleep(0.5)
    assert await look() == expected
