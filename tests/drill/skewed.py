"""`python -m tests.drill.skewed SERVICE`: a service as it is, whose clock goes wrong when it is told to.

SIGUSR1 puts the clock ahead, SIGHUP behind, SIGUSR2 sets it right. Durations are measured by another clock, which is
not touched.
"""

from __future__ import annotations

import importlib
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import runtime.service

AHEAD: Final = signal.SIGUSR1
BEHIND: Final = signal.SIGHUP
RIGHT: Final = signal.SIGUSR2
_OFF_BY: Final = {AHEAD: timedelta(seconds=90), BEHIND: timedelta(seconds=-90), RIGHT: timedelta()}


def program(service: str) -> Sequence[str]:
    """The command that runs a service so."""
    return (sys.executable, "-m", "tests.drill.skewed", service)


class Clock:
    """Read by everything that asks what time it is."""

    def __init__(self) -> None:
        self._time = time.time
        self._off = timedelta()

    def told(self, number: int, _frame: object) -> None:
        self._off = _OFF_BY[signal.Signals(number)]

    def time(self) -> float:
        return self._time() + self._off.total_seconds()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)


def main(service: str) -> None:
    clock = Clock()
    # Before the service's modules take them over by name.
    runtime.service.wall_clock = clock.now
    time.time = clock.time
    for number in _OFF_BY:
        signal.signal(number, clock.told)
    app = importlib.import_module(f"services.{service}.app")
    runtime.service.run(app.NAME, app.build)


if __name__ == "__main__":
    main(sys.argv[1])
