"""Where the system runs: told by the environment, else by the file that a running `missedcall up` keeps."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

_FILE: Final = "up.json"


class NotRunning(Exception):  # noqa: N818 - it says what is known
    """Neither the environment nor a running `missedcall up` tells where the system is."""


def run_file(environ: Mapping[str, str]) -> Path:
    """One per user: whoever starts a second `up` gives it a file of its own."""
    if given := environ.get("MISSEDCALL_RUN_FILE"):
        return Path(given)
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime) / "missedcall" / _FILE
    return Path(f"/tmp/missedcall-{os.getuid()}") / _FILE  # noqa: S108 - the folder is looked at before it is trusted


def write_run_file(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all, and for this user's eyes: the services' environment stands in it, secrets too.

    `content` holds the `pid` of `up` and the `environment` of its services.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise PermissionError(
            f"{path.parent} is another user's: set MISSEDCALL_RUN_FILE to a file in a folder of yours"
        )
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file)
    beside.replace(path)


def read_run_file(path: Path) -> dict[str, Any] | None:
    """None where there is none of ours, or where the `up` that wrote it is gone."""
    try:
        if path.stat().st_uid != os.getuid():
            return None
        content = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None
    return content if isinstance(content, dict) and _is_alive(content.get("pid")) else None


def remove_run_file(path: Path) -> None:
    """Only what this process wrote: a later `up` may have taken the place."""
    content = read_run_file(path)
    if content is not None and content["pid"] == os.getpid():
        path.unlink(missing_ok=True)


def system_environment(environ: Mapping[str, str], *, needs: Sequence[str]) -> Mapping[str, str]:
    """The variables that lead to the system; those given by the environment come first. Raises NotRunning."""
    running = read_run_file(run_file(environ)) or {}
    found = {**running.get("environment", {}), **environ}
    missing = [name for name in needs if not found.get(name)]
    if missing:
        raise NotRunning(f"no running system was found: start one with `missedcall up`, or set {' and '.join(missing)}")
    return found


def _is_alive(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
