"""What this machine keeps for good: the keys that it made, and what waits to be told.

With another identity key nobody's opt-out would be found again; with another spool key what waits could not be read.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def state_folder(environ: Mapping[str, str]) -> Path:
    """By the XDG convention; for this user alone."""
    folder = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "missedcall"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def kept_key(name: str, environ: Mapping[str, str]) -> str:
    """Made at the first call."""
    path = state_folder(environ) / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()
