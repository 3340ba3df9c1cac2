"""Memory with a limit: the newest items by SID; what exceeds the limit is forgotten, oldest first."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Kept(Generic[Item]):
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: OrderedDict[str, Item] = OrderedDict()

    def add(self, sid: str, item: Item) -> None:
        self._items[sid] = item
        if len(self._items) > self._limit:
            self._items.popitem(last=False)

    def get(self, sid: str) -> Item | None:
        return self._items.get(sid)

    def newest_first(self) -> Iterator[Item]:
        return reversed(self._items.values())

    def clear(self) -> None:
        self._items.clear()
