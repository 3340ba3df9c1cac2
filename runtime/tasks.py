"""The tasks of a process: kept running, watched and ended; what they do is the service's."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import Any

from starlette.types import ASGIApp

from runtime.errors import GivenUp, is_of_this_machine, is_transient
from runtime.ops import Door, listening

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0

Step = Callable[[], Awaitable[object]]


class Tasks:
    """The tasks of one process, the ports it listens on, and why it stops."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        """Stops the process; it ends with an exit code that is not 0."""
        if self._failure is None:
            log.critical("service stops", exc_info=error, extra={"action": "service_failed"})
            self._failure = error
        self._stop.set()

    def ended(self) -> list[str]:
        """What should run and does not."""
        return [f"{name} has ended" for name, task in self._tasks.items() if task.done()]

    def serve(self, stack: AsyncExitStack, name: str, app: ASGIApp, door: Door) -> None:
        """Answers HTTP until the stack ends; then requests in hand are answered, and no others."""
        http, task, self.ports[name] = listening(app, door)
        self._tasks[name] = task

        async def end() -> None:
            http.should_exit = True
            await task

        stack.push_async_callback(end)

    def keep(self, stack: AsyncExitStack, name: str, run: Step) -> None:
        """Runs this until the stack ends, again after a store or broker was away; any other error stops the process."""
        task = asyncio.create_task(self._forever(name, run), name=name)
        self._tasks[name] = task

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        stack.push_async_callback(end)

    async def patiently(self, what: str, step: Step) -> None:
        """A store or broker that is away at the start is waited for; anything else ends the start."""
        while True:
            try:
                await uncancelled(step)
            except Exception as error:
                if not is_transient(error) or is_of_this_machine(error):
                    raise
                log.warning("start waits", extra={"action": "start_waits", "for": what, "why": type(error).__name__})
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    async def until_stopped(self, running: AbstractAsyncContextManager[None]) -> None:
        """Runs until SIGTERM, SIGINT or a failure, and stops in order; raises the failure."""
        loop = asyncio.get_running_loop()
        stopping = asyncio.create_task(self._stop.wait())
        async with AsyncExitStack() as stack:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stop.set)
                stack.callback(loop.remove_signal_handler, number)
            start = asyncio.create_task(stack.enter_async_context(running))
            await asyncio.wait([start, stopping], return_when=asyncio.FIRST_COMPLETED)
            if self._stop.is_set():
                start.cancel()
            with suppress(asyncio.CancelledError):
                await start
            await stopping
        if self._failure is not None:
            raise self._failure

    async def _forever(self, name: str, run: Step) -> None:
        while True:
            try:
                await uncancelled(run)
            except Exception as error:
                if not is_transient(error):
                    self.fail(error)
                    raise
                log.warning("loop waits", extra={"action": "loop_waits", "loop": name, "why": type(error).__name__})
            await asyncio.sleep(_PAUSE_SECONDS)


async def uncancelled(step: Step) -> None:
    """Ends as cancelled only where that was asked of this task; else raises GivenUp.

    Where a broker is away, a consumer of aiokafka's hands on, from its `stop`, the cancellation of tasks of its own:
    whoever stops one then looks cancelled, and would end without a word.
    """
    try:
        await step()
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise GivenUp from error


def watched(work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
    """A task that may fail when nobody waits for it any more: that is worth a line, and no alarm."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_note_failure)
    return task


def _note_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.warning(
            "task failed", extra={"action": "task_failed", "task": task.get_name(), "why": type(error).__name__}
        )
