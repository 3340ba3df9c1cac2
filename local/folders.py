"""Folders on this machine: one per run that nobody has to clean up, and one for what is downloaded once."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.errors import LocalStackError

_RUN_LOCK = "alive"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where downloads are kept: MISSEDCALL_CACHE, else by the XDG convention."""
    if chosen := environ.get("MISSEDCALL_CACHE"):
        return Path(chosen)
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "missedcall"


def runs_folder() -> Path:
    """Where this user's runs live; ours alone, so that nobody else can put a link in our way."""
    folder = Path(tempfile.gettempdir()) / f"missedcall-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise LocalStackError(f"{folder} belongs to somebody else: remove it, or set TMPDIR to a folder of your own.")
    return folder


@contextmanager
def run_folder(runs: Path) -> Iterator[Path]:
    """A folder for one run, removed at its end; what runs that were killed left behind is removed first.

    A run holds a lock that the kernel releases however it dies, so a folder whose lock can be had belongs to
    nobody. One gate for all keeps a sweep from seeing a folder whose run is just about to lock it.
    """
    with locked(runs / "gate"):
        _sweep(runs)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=runs))
        lock = (folder / _RUN_LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    with lock:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among all processes that lock this path, waiting for the others."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(runs: Path) -> None:
    for folder in runs.glob("run-*"):
        if not _alive(folder):
            shutil.rmtree(folder, ignore_errors=True)  # what resists now goes at the next start


def _alive(folder: Path) -> bool:
    try:
        with (folder / _RUN_LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
