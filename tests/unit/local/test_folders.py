"""Folders of runs: a live one is never swept, a dead one always."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.folders import cache_folder, run_folder


def test_a_run_folder_is_gone_after_the_run(tmp_path: Path) -> None:
    with run_folder(tmp_path) as folder:
        (folder / "data").mkdir()
        (folder / "data" / "segment").write_text("some")
    assert not folder.exists()


def test_a_run_folder_is_gone_after_a_run_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), run_folder(tmp_path) as folder:
        raise ZeroDivisionError
    assert not folder.exists()


def test_a_start_leaves_live_runs_alone(tmp_path: Path) -> None:
    with run_folder(tmp_path) as live, run_folder(tmp_path) as other:
        assert live.is_dir()
        assert other.is_dir()
        assert live != other


def test_a_start_removes_what_a_killed_run_left(tmp_path: Path) -> None:
    dies = (
        "import os, pathlib, signal, sys; from local.folders import run_folder\n"
        "with run_folder(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", dies, str(tmp_path)], check=False)
    (left,) = tmp_path.glob("run-*")
    with run_folder(tmp_path):
        assert not left.exists()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"MISSEDCALL_CACHE": "/chosen", "XDG_CACHE_HOME": "/xdg"}, Path("/chosen")),
        ({"XDG_CACHE_HOME": "/xdg"}, Path("/xdg/missedcall")),
        ({"XDG_CACHE_HOME": ""}, Path.home() / ".cache" / "missedcall"),
        ({}, Path.home() / ".cache" / "missedcall"),
    ],
    ids=["our own setting first", "then XDG", "an empty XDG is none", "then the home folder"],
)
def test_the_cache_is_where_the_environment_says(environ: Mapping[str, str], expected: Path) -> None:
    assert cache_folder(environ) == expected
