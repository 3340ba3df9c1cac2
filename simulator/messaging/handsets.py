"""What reached people's phones: the only place where a text that was sent twice can be seen as the person sees it."""

from collections import OrderedDict, deque
from dataclasses import asdict, dataclass
from enum import StrEnum, auto
from typing import Any


class Author(StrEnum):
    CUSTOMER = auto()
    TWILIO = auto()
    """Twilio's own reply to a keyword, which stands in no list of messages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    sid: str
    from_: str
    to: str
    body: str
    status: str
    at: str
    """RFC 2822, UTC."""
    author: Author = Author.CUSTOMER

    def described(self) -> dict[str, Any]:
        fields = asdict(self)
        return {"from": fields.pop("from_"), **fields}


_TEXTS_KEPT = 1000
"""On one handset."""


class Handsets:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._texts: OrderedDict[str, deque[Text]] = OrderedDict()

    def reached(self, text: Text) -> None:
        self._texts.setdefault(text.to, deque(maxlen=_TEXTS_KEPT)).append(text)
        if len(self._texts) > self._limit:
            self._texts.popitem(last=False)

    def texts(self, phone: str) -> list[Text]:
        return list(self._texts.get(phone, ()))

    def clear(self) -> None:
        self._texts.clear()
