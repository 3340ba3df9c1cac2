"""What was written last, so that it need not be read again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """By id; of so many at most, those that were kept longest ago are forgotten first.

    It may be outdated at any time: whoever goes by it has to notice when it comes to write.
    """

    def __init__(self, *, at_most: int) -> None:
        self._at_most = at_most
        self._kept: OrderedDict[str, T] = OrderedDict()

    def of(self, ids: Iterable[str]) -> dict[str, T]:
        return {id_: self._kept[id_] for id_ in ids if id_ in self._kept}

    def keep(self, id_: str, one: T) -> None:
        self._kept[id_] = one
        self._kept.move_to_end(id_)
        if len(self._kept) > self._at_most:
            self._kept.popitem(last=False)
