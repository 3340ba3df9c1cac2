"""What is in hand is seen to its end, also when the process is told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from runtime.errors import is_transient

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")


class Hands:
    """A loop of its own beside the one that takes things in hand: that one ends first, and whatever it was doing."""

    def __init__(self, *, within: timedelta) -> None:
        self._within = within
        self._tasks: set[asyncio.Task[Any]] = set()

    def take(self, work: Coroutine[Any, Any, ResultT]) -> asyncio.Task[ResultT]:
        """Begins it. What breaks in it leaves its text to the lease: unsure, and seen."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def run(self) -> None:
        """Until cancelled; then until all is done, and what is begun meanwhile as well."""
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self._emptied()

    async def _emptied(self) -> None:
        """What is cut off here is not lost: nobody posts it again, and whoever comes next settles it."""
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            log.warning("stopped with texts in hand", extra={"action": "drain_cut", "texts": len(self._tasks)})

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not is_transient(error):
            log.error("sending was interrupted", exc_info=error, extra={"action": "sending_interrupted"})
