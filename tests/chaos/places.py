"""Every suspension of every task is a place: it has a name, it can be written down, and a process can die there."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import Callable, Coroutine, Generator, Iterator
from pathlib import Path
from types import AsyncGeneratorType
from typing import Any

_CHAOS = str(Path(__file__).parent)
_ROOT = _CHAOS.removesuffix("tests/chaos")
_LIBRARIES = re.compile(r".*/lib/python[^/]*/(site-packages/)?")
_STEPS = ("async_generator_asend", "async_generator_athrow")
OURS = "services/sender/"

See = Callable[[str], None]


def watch(loop: asyncio.AbstractEventLoop, see: See) -> None:
    """From now on `see` is told of each place of ours twice: before a task waits there, and when it goes on."""

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        return asyncio.Task(_driven(coro, see) if asyncio.iscoroutine(coro) else coro, loop=loop, **options)

    loop.set_task_factory(factory)


async def _driven(coro: Coroutine[Any, Any, Any], see: See) -> Any:
    return await _Suspensions(coro, see)


class _Suspensions:
    """Stands between a task and its coroutine and passes everything on, in both directions."""

    def __init__(self, coro: Coroutine[Any, Any, Any], see: See) -> None:
        self._coro = coro
        self._see = see

    def __await__(self) -> Generator[Any, Any, Any]:
        resume: Callable[[], Any] = lambda: self._coro.send(None)  # noqa: E731 - it is rebound in each round
        while True:
            try:
                waited_for = resume()
            except StopIteration as ended:
                return ended.value
            place = place_of(self._coro)
            if place:
                self._see(f"waiting at {place}")
            resume = yield from self._outcome(waited_for)
            if place:
                self._see(f"going on at {place}")

    def _outcome(self, waited_for: Any) -> Generator[Any, Any, Callable[[], Any]]:
        """How the coroutine is to be resumed: with a value, or with what was thrown at the task."""
        try:
            value = yield waited_for
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's, a cancellation included
            thrown = error
            return lambda: self._coro.throw(thrown)
        return lambda: self._coro.send(value)


def place_of(coro: Coroutine[Any, Any, Any]) -> str | None:
    """Where it is suspended, from the outermost call to the innermost; nothing where no frame is the sender's."""
    frames = list(_frames(coro))
    ours = any(frame.startswith(OURS) for frame in frames)
    return " > ".join(frames) if ours else None


def own_part(seen: str) -> str:
    """Of what was seen, the part that is our code: without what a library does around and below it."""
    edge, _, place = seen.partition(" at ")
    return f"{edge} at {' > '.join(frame for frame in place.split(' > ') if frame.startswith(OURS))}"


def _frames(awaited: Any) -> Iterator[str]:
    """Coroutines and generators alike say what they wait for; futures, and what C wrote, end the chain."""
    while awaited is not None:
        awaited = _behind(awaited)
        frame = _first(awaited, "cr_frame", "gi_frame", "ag_frame")
        if frame is not None and not frame.f_code.co_filename.startswith(_CHAOS):
            yield _named(frame)
        awaited = _first(awaited, "cr_await", "gi_yieldfrom", "ag_await")


def _behind(awaited: Any) -> Any:
    """One step of an asynchronous generator does not say whose it is; the collector knows."""
    if type(awaited).__name__ not in _STEPS:
        return awaited
    return next((it for it in gc.get_referents(awaited) if isinstance(it, AsyncGeneratorType)), None)


def _first(awaited: Any, *names: str) -> Any:
    return next((found for name in names if (found := getattr(awaited, name, None)) is not None), None)


def _named(frame: Any) -> str:
    file = _LIBRARIES.sub("", frame.f_code.co_filename.removeprefix(_ROOT))
    return f"{file}:{frame.f_lineno} {frame.f_code.co_name}"
