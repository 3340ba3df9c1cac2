"""How commands find a running system, and when they do not believe what they find."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from missedcall.running import (
    NotRunning,
    read_run_file,
    remove_run_file,
    run_file,
    system_environment,
    write_run_file,
)

MONGO = {"MONGODB_URI": "mongodb://here"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "up.json"


@pytest.fixture
def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"MISSEDCALL_RUN_FILE": "/a/b.json", "XDG_RUNTIME_DIR": "/run/user/1"}, "/a/b.json"),
        ({"XDG_RUNTIME_DIR": "/run/user/1"}, "/run/user/1/missedcall/up.json"),
        ({}, f"/tmp/missedcall-{os.getuid()}/up.json"),  # noqa: S108 - nothing is written there
    ],
    ids=["as told", "in the user's runtime folder", "in a folder of the user's own"],
)
def test_the_run_file_has_one_place(environ: dict[str, str], expected: str) -> None:
    assert run_file(environ) == Path(expected)


def test_what_is_written_is_read_again_by_this_user_alone(path: Path) -> None:
    content = {"pid": os.getpid(), "kafka": "127.0.0.1:1", "environment": MONGO}
    write_run_file(path, content)
    assert read_run_file(path) == content
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [other.name for other in path.parent.iterdir()] == ["up.json"]


def test_the_file_of_an_up_that_died_is_not_believed(path: Path, dead_pid: int) -> None:
    write_run_file(path, {"pid": dead_pid, "environment": MONGO})
    assert read_run_file(path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": "1"}', '{"pid": -1}', '{"pid": 0}'])
def test_a_broken_file_is_no_running_system(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    assert read_run_file(path) is None


def test_only_its_own_file_is_removed(path: Path) -> None:
    write_run_file(path, {"pid": os.getppid(), "environment": {}})
    remove_run_file(path)
    assert path.exists()
    write_run_file(path, {"pid": os.getpid(), "environment": {}})
    remove_run_file(path)
    assert not path.exists()
    remove_run_file(path)


def test_the_environment_comes_before_the_run_file(path: Path) -> None:
    environment = {"MONGODB_URI": "mongodb://up", "MISSEDCALL_NAMESPACE": "n."}
    write_run_file(path, {"pid": os.getpid(), "environment": environment})
    told = {"MISSEDCALL_RUN_FILE": str(path)}
    assert system_environment(told, needs=["MONGODB_URI"])["MONGODB_URI"] == "mongodb://up"
    found = system_environment(told | MONGO, needs=["MONGODB_URI"])
    assert (found["MONGODB_URI"], found["MISSEDCALL_NAMESPACE"]) == ("mongodb://here", "n.")


def test_without_either_the_next_step_is_told(path: Path) -> None:
    with pytest.raises(NotRunning, match=r"`missedcall up`, or set MONGODB_URI"):
        system_environment({"MISSEDCALL_RUN_FILE": str(path)}, needs=["MONGODB_URI"])
