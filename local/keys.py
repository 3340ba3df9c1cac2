"""The identity key of this machine: kept, since with another key nobody's opt-out would be found again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def identity_key(environ: Mapping[str, str]) -> str:
    """Made at the first call, for this user alone to read."""
    folder = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "missedcall"
    path = folder / "identity-key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()
