"""One text as Twilio keeps it, and all of them, with those of a handset at hand."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

INBOUND, OUTBOUND_API, OUTBOUND_REPLY = "inbound", "outbound-api", "outbound-reply"


@dataclass(kw_only=True, slots=True)
class Message:
    sid: str
    account_sid: str
    from_: str
    to: str
    body: str
    num_segments: int
    direction: str
    status: str
    created: datetime
    updated: datetime
    listed: datetime
    """From when on the list shows it."""
    status_callback: str | None = None
    sent: datetime | None = None
    error_code: int | None = None
    place: int = 0
    """Its place in the order of creation; paging counts on it."""


class Messages:
    """The newest of all texts up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._by_sid: OrderedDict[str, Message] = OrderedDict()
        self._by_receiver: dict[str, list[Message]] = {}
        self.created = 0

    def add(self, message: Message) -> None:
        self.created += 1
        message.place = self.created
        self._by_sid[message.sid] = message
        self._by_receiver.setdefault(message.to, []).append(message)
        if len(self._by_sid) > self._limit:
            self._forget_oldest()

    def get(self, sid: str) -> Message | None:
        return self._by_sid.get(sid)

    def newest_first(self, to: str | None = None) -> Iterator[Message]:
        """All of them, or those to one number: looking for a handset's texts must not read everybody's."""
        if to is not None:
            return reversed(self._by_receiver.get(to, []))
        return reversed(self._by_sid.values())

    def clear(self) -> None:
        self._by_sid.clear()
        self._by_receiver.clear()
        self.created = 0

    def _forget_oldest(self) -> None:
        _, oldest = self._by_sid.popitem(last=False)
        received = self._by_receiver[oldest.to]
        received.remove(oldest)
        if not received:
            del self._by_receiver[oldest.to]
