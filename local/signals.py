"""Ctrl-C and a plain `kill` end a program of ours alike: through its `finally` blocks."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_ASKING_TO_END = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def cancelled_by_signals() -> Iterator[None]:
    """Cancel this task when a signal asks to end; for the outermost task of a program.

    Python would die of SIGTERM on the spot, and ignores SIGINT where a script started it in the background.
    """
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("cancelled_by_signals needs a running task to cancel")
    loop = asyncio.get_running_loop()
    for number in _ASKING_TO_END:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in _ASKING_TO_END:
            loop.remove_signal_handler(number)
