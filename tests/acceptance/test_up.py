"""`missedcall up` as a person runs it: what it says, who finds it, what it mends, and that nothing is left of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientConnectionError, ClientSession

from local.layout import SERVICES
from local.stack import Stack
from missedcall.demo import SCENES
from tests.acceptance.terminal import Typed, environment, started, typed
from tests.waiting import until

ACCOUNT = "AC" + "0" * 32
ADD = ["business", "add", "--name", "Acme", "--number", "+14155550199", "--account-sid", ACCOUNT, "--mode", "overflow"]
_SECONDS_TO_START = 90  # 5 s on an idle machine, 10 with a Kafka and a MongoDB of its own
_SECONDS_TO_END = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """`home` holds all that it writes: its folders and its run file."""

    process: Process
    first: dict[str, Any]
    home: Path

    @property
    def children(self) -> list[int]:
        """Every program that it started: all are its own, none daemonizes."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    async def typed(self, *arguments: str) -> Typed:
        """A command in another terminal, which knows of the run file alone."""
        return await typed(arguments, environment(MISSEDCALL_RUN_FILE=str(self.home / "up.json")))


@asynccontextmanager
async def running_up(home: Path, given: Mapping[str, str]) -> AsyncIterator[Up]:
    of_its_own = {"TMPDIR": str(home), "XDG_STATE_HOME": str(home), "MISSEDCALL_RUN_FILE": str(home / "up.json")}
    process = await started(["up", "--json", "--speed", "40"], environment(**given, **of_its_own))
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_SECONDS_TO_START):
            first = json.loads(await process.stdout.readline())
        yield Up(process=process, first=first, home=home)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(_SECONDS_TO_END):
            await process.communicate()


@pytest.fixture(scope="module")
async def up(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Up]:
    """With a Kafka and a MongoDB of its own."""
    async with running_up(tmp_path_factory.mktemp("up"), {"MISSEDCALL_GRACE_SECONDS": "1"}) as running:
        yield running


async def test_its_first_line_says_where_everything_is(up: Up) -> None:
    first = up.first
    assert list(first) == ["ingest", "simulator", "kafka", "mongodb", "metrics", "pids"]
    assert re.fullmatch(r"127\.0\.0\.1:\d+", first["kafka"])
    assert re.fullmatch(r"mongodb://127\.0\.0\.1:\d+/\?replicaSet=\w+", first["mongodb"])
    assert first["metrics"].keys() == first["pids"].keys() == set(SERVICES)
    assert set(first["pids"].values()) < set(up.children)
    for url in first["metrics"].values():
        assert "missedcall_" in await text_of(url)
    assert await text_of(f"{first['ingest']}/") == "there is no such endpoint\n"
    assert json.loads(await text_of(f"{first['simulator']}/control/faults")) == {"faults": []}


async def text_of(url: str) -> str:
    """As soon as somebody answers there."""
    async with ClientSession() as session, asyncio.timeout(_SECONDS_TO_START):
        while True:
            try:
                async with session.get(url) as answer:
                    return await answer.text()
            except ClientConnectionError:
                await asyncio.sleep(0.05)


async def test_the_other_commands_find_it_by_themselves_and_speak_json(up: Up) -> None:
    added = json.loads((await up.typed(*ADD, "--json")).out)
    assert added["published"] is True
    changed = json.loads((await up.typed("business", "set", added["id"], "--status", "active", "--json")).out)
    asked = (["business", "show", added["id"]], ["business", "list"], ["topics"])
    told = await asyncio.gather(*(up.typed(*arguments, "--json") for arguments in asked))
    shown, listed, topics = (json.loads(command.out) for command in told)
    assert shown == changed["business"]
    assert shown in listed["businesses"]
    assert topics["ok"] is True


async def test_a_scene_is_played_on_it_and_its_call_traced(up: Up) -> None:
    played = await up.typed("simulate", str(SCENES / "02-no-answer.toml"), "--json")
    told = json.loads(played.out)
    assert (played.code, told["ok"], told["observed"]) == (0, True, told["expected"])
    [call] = told["about"]
    traced = json.loads((await up.typed("trace", call, "--json")).out)
    assert traced["about"] == call
    assert {"calls.ingested.v1", "calls.decided.v1"} <= {event["topic"] for event in traced["events"]}


async def test_a_service_that_is_killed_comes_back_where_it_was(up: Up) -> None:
    before = set(up.children)
    os.kill(up.first["pids"]["decider"], signal.SIGKILL)
    await until(lambda: len(set(up.children) - before) == 1 and len(up.children) == len(before))
    assert "missedcall_" in await text_of(up.first["metrics"]["decider"])


async def left_behind(running: Up, ending: signal.Signals) -> list[str]:
    """Processes and files that are still there when it has ended, which it must do in time and with 0."""
    programs = running.children
    assert list(running.home.glob("missedcall-*/run-*")) != []
    running.process.send_signal(ending)
    assert await asyncio.wait_for(running.process.wait(), _SECONDS_TO_END) == 0
    places = [Path(f"/proc/{pid}") for pid in programs] + [running.home / "up.json"]
    return [str(left) for left in (*places, *running.home.glob("missedcall-*/run-*")) if left.exists()]


async def test_where_a_real_twilio_is_named_it_starts_no_simulated_one(stack: Stack, tmp_path: Path) -> None:
    """And Ctrl-C ends it as well as SIGTERM does."""
    given = {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "MONGODB_URI": stack.mongodb,
        "MISSEDCALL_NAMESPACE": f"t{uuid4().hex[:8]}.",
        "MISSEDCALL_TWILIO_API_BASE": "http://127.0.0.1:9",
    }
    async with running_up(tmp_path, given) as running:
        assert running.first["simulator"] is None
        assert sorted(running.children) == sorted(running.first["pids"].values())
        refused = await running.typed("simulate", str(SCENES / "02-no-answer.toml"), "--json")
        assert await left_behind(running, signal.SIGINT) == []
    assert (refused.code, refused.out) == (1, "")
    assert "start `missedcall up` without a real one" in refused.err


async def test_at_sigterm_it_takes_everything_along(up: Up) -> None:
    """The last test here, since it ends what the others look at: its Kafka and its MongoDB too."""
    assert len(up.children) == len(SERVICES) + len(["the simulator", "Kafka", "mongod"])
    assert await left_behind(up, signal.SIGTERM) == []
    assert "start one with `missedcall up`" in (await up.typed("trace", "CA1")).err
