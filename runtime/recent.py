"""What was read or written a moment ago, so that it need not be read again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """By id; so many at most, each for so many seconds. `clock`: monotonic.

    It may be outdated at any time: whoever goes by it has to notice when it comes to write.
    """

    def __init__(self, *, at_most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._at_most = at_most
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def of(self, ids: Iterable[str]) -> dict[str, T]:
        since = self._clock() - self._seconds
        found = {id_: self._kept[id_] for id_ in ids if id_ in self._kept}
        return {id_: one for id_, (at, one) in found.items() if at >= since}

    def keep(self, id_: str, one: T) -> None:
        self._kept[id_] = self._clock(), one
        self._kept.move_to_end(id_)
        if len(self._kept) > self._at_most:
            self._kept.popitem(last=False)

    def forget(self, id_: str) -> None:
        self._kept.pop(id_, None)
