"""However a run of the stack ends, nothing of it is left on the machine."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from local.folders import run_folder
from local.tether import tethered
from tests.waiting import until


async def test_a_stack_that_is_asked_to_end_takes_its_servers_and_its_folder_along(tmp_path: Path) -> None:
    """By Ctrl-C; by SIGTERM `missedcall up` is asked to, which ends its stack in the same way."""
    owner = await _running_stack(tmp_path)
    servers = _children(owner.pid)
    assert len(servers) == 2
    owner.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(owner.wait(), 30) == 0
    assert not any(_runs(pid) for pid in servers)
    assert not _run_folders(tmp_path)


async def test_servers_die_with_a_killed_owner_and_the_next_start_removes_its_folder(tmp_path: Path) -> None:
    owner = await _running_stack(tmp_path)
    servers = _children(owner.pid)
    assert len(servers) == 2
    owner.kill()
    await owner.wait()
    await until(lambda: not any(_runs(pid) for pid in servers))
    (left,) = _run_folders(tmp_path)
    with run_folder(left.parent) as mine:
        assert _run_folders(tmp_path) == [mine]


async def _running_stack(temporary: Path) -> Process:
    """`python -m local` with a temporary folder of its own, once it says that it is ready."""
    given = {"KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI", "MISSEDCALL_LOCAL"}
    env = {name: value for name, value in os.environ.items() if name not in given} | {"TMPDIR": str(temporary)}
    owner = await asyncio.create_subprocess_exec(*tethered([sys.executable, "-m", "local"]), stdout=PIPE, env=env)
    assert owner.stdout is not None
    async with asyncio.timeout(90):
        assert (await owner.stdout.readline()).startswith(b"export KAFKA_BOOTSTRAP_SERVERS=")
        assert (await owner.stdout.readline()).startswith(b"export MONGODB_URI=")
    return owner


def _run_folders(temporary: Path) -> list[Path]:
    return list(temporary.glob("missedcall-*/run-*"))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
