"""Services as processes: whoever dies comes back, and whoever is stopped is gone."""

import os
import signal
import sys
from pathlib import Path

import pytest

from local.errors import LocalStackError
from local.keeper import Command
from local.processes import Processes
from tests.waiting import until

_READY_THEN_SLEEP = "print('ready', flush=True); import time; time.sleep(600)"
_DEAF_TO_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_READY_THEN_SLEEP}"
_OWN_SETTING = f"import os; print(os.environ['SETTING'], 'ready', flush=True); {_READY_THEN_SLEEP}"


async def test_a_killed_process_comes_back_under_another_pid(tmp_path: Path) -> None:
    async with Processes([_python("sender", _READY_THEN_SLEEP)], tmp_path) as processes:
        first = processes.pids["sender"]
        processes.kill("sender")
        await until(lambda: processes.pids.get("sender", first) != first)
        assert not _runs(first)


async def test_a_process_that_ends_by_itself_comes_back_again_and_again(tmp_path: Path) -> None:
    async with Processes([_python("sender", "print('lived', flush=True)")], tmp_path):
        await until(lambda: _lines(tmp_path / "sender.log") >= 3)


async def test_killing_one_replica_leaves_the_other_alone(tmp_path: Path) -> None:
    commands = [_python(name, _READY_THEN_SLEEP) for name in ("decider-1", "decider-2")]
    async with Processes(commands, tmp_path) as processes:
        before = processes.pids
        processes.kill("decider-1")
        await until(lambda: processes.pids.get("decider-1", before["decider-1"]) != before["decider-1"])
        assert processes.pids["decider-2"] == before["decider-2"]


async def test_a_restart_returns_with_the_new_process_running(tmp_path: Path) -> None:
    async with Processes([_python("ingest", _READY_THEN_SLEEP)], tmp_path) as processes:
        first = processes.pids["ingest"]
        await processes.restart("ingest")
        assert processes.pids["ingest"] != first
        assert not _runs(first)


@pytest.mark.parametrize("program", [_READY_THEN_SLEEP, _DEAF_TO_SIGTERM], ids=["ends on SIGTERM", "ignores SIGTERM"])
async def test_stop_leaves_none(program: str, tmp_path: Path) -> None:
    processes = Processes([_python("one", program), _python("two", program)], tmp_path)
    async with processes:
        await until(lambda: all(_lines(tmp_path / f"{name}.log") for name in ("one", "two")))
        pids = processes.pids.values()
        await processes.stop(grace=0.5)
        assert not processes.pids
    assert not any(_runs(pid) for pid in pids)


async def test_stop_while_a_process_is_between_two_lives_leaves_none(tmp_path: Path) -> None:
    async with Processes([_python("sender", "pass")], tmp_path) as processes:
        await until(lambda: not processes.pids)
        await processes.stop()
        assert not processes.pids


async def test_each_process_gets_its_own_settings_and_log(tmp_path: Path) -> None:
    commands = [
        Command(name=name, argv=[sys.executable, "-c", _OWN_SETTING], env={"SETTING": name}) for name in ("a", "b")
    ]
    async with Processes(commands, tmp_path):
        await until(lambda: all(_lines(tmp_path / f"{name}.log") for name in ("a", "b")))
    assert (tmp_path / "a.log").read_text().startswith("a ready")
    assert (tmp_path / "b.log").read_text().startswith("b ready")


async def test_a_paused_process_is_not_taken_for_dead(tmp_path: Path) -> None:
    async with Processes([_python("sender", _READY_THEN_SLEEP)], tmp_path) as processes:
        pid = processes.pids["sender"]
        processes.kill("sender", signal.SIGSTOP)
        await until(lambda: _state(pid) == "T")
        assert processes.pids["sender"] == pid
        await processes.stop(grace=0.2)
    assert not _runs(pid)


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="one name"):
        Processes([_python("sender", "pass"), _python("sender", "pass")], tmp_path)


async def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    async with Processes([_python("sender", _READY_THEN_SLEEP)], tmp_path) as processes:
        with pytest.raises(LocalStackError, match="No process is called 'sneder': there are sender"):
            processes.kill("sneder")


def _python(name: str, program: str) -> Command:
    return Command(name=name, argv=[sys.executable, "-c", program])


def _lines(log: Path) -> int:
    return len(log.read_text().splitlines()) if log.exists() else 0


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
