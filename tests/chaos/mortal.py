"""`python -m tests.chaos.mortal`: the sender as it is, started so that it can be made to die at any step or await."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from runtime.service import Service, run
from services.sender import NAME
from services.sender.app import build
from tests.chaos.places import watch
from tests.chaos.steps import instrument
from tests.chaos.traps import FOLDER_VARIABLE, Traps

SEEN_VARIABLE = "CHAOS_PLACES"
"""A file to write every place into, each time one is come by; without it, places are not looked at."""


def mortal() -> Service:
    """Built inside the running loop, which starts its tasks from here on."""
    traps = Traps(Path(os.environ[FOLDER_VARIABLE]))
    instrument(traps)
    if seen := os.environ.get(SEEN_VARIABLE):
        written = Path(seen).open("a", buffering=1)  # noqa: SIM115 - for as long as the process lives

        def see(place: str) -> None:
            written.write(f"{place}\n")
            traps.spring(place)

        watch(asyncio.get_running_loop(), see)
    return build()


if __name__ == "__main__":
    run(NAME, mortal)
