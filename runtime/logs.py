"""Structured logs: one JSON object a line, with a stable `action`, and no personal data."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import inf
from typing import IO, Final

# The last net under a rule that every caller keeps: whatever looks like a phone number is not written.
# Ids of ours and of others may hold long runs of digits, and are let through.
_GAP: Final = r"(?:[\s().\-/\u2010-\u2015]|%20){0,3}"
_NUMBER: Final = re.compile(
    rf"""
    (?P<id> \b[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}\b | \b(?:[A-Z]{{2}})?[0-9a-f]{{32,64}}\b )
    | (?: \+ | %2B | (?<!\d)00 ){_GAP}(?:\d{_GAP}){{5,14}}\d            # international
    | (?<!\d)(?:1{_GAP})?\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d)      # North American
    | (?<!\d)\d{{10,15}}(?!\d)                                       # nothing but digits
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ONE_IN_SECONDS: Final = 10.0
_STANDARD: Final = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "taskName"}


def redacted(text: str) -> str:
    """The text without what looks like a phone number."""
    return _NUMBER.sub(lambda found: found["id"] or "[number]", text)


def _clean(value: object) -> object:
    """Whatever an `extra` may be, in JSON's types."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if redacted(str(value)) == str(value) else "[number]"
        case Mapping():
            return {redacted(str(key)): _clean(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(item) for item in value]
        case _:
            return redacted(str(value))


class JsonFormatter(logging.Formatter):
    """Fields given as `extra` stand beside the message."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        extras = {k: v for k, v in record.__dict__.items() if k not in _STANDARD and not k.startswith("_")}
        line |= {k: _clean(v) for k, v in extras.items()}
        if record.exc_info:
            line["error"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line)


class Repeats(logging.Filter):
    """Of lines that a library writes alike in one file and place, one in so many seconds: the next tells how many.

    aiokafka writes tens of them a second for as long as a broker is away, and it may be away for hours.
    """

    def __init__(self, *, seconds: float, clock: Callable[[], float]) -> None:
        super().__init__()
        self._seconds = seconds
        self._clock = clock
        self._written: dict[tuple[str, int], float] = {}
        self._left_out: Counter[tuple[str, int]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        place, now = (record.pathname, record.lineno), self._clock()
        if now - self._written.get(place, -inf) < self._seconds:
            self._left_out[place] += 1
            return False
        self._written[place] = now
        if left_out := self._left_out.pop(place, 0):
            record.left_out = left_out
        return True


def _only(library: str, asked: Repeats) -> Callable[[logging.LogRecord], bool]:
    """The filter, for one library's lines."""
    return lambda record: record.name.partition(".")[0] != library or asked.filter(record)


def set_up_logs(service: str, *, level: int = logging.INFO, stream: IO[str] | None = None) -> None:
    """Everything that logs goes through the one formatter, libraries too."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    # On the handler, since a logger's filter is not asked about its children's lines.
    handler.addFilter(_only("aiokafka", Repeats(seconds=_ONE_IN_SECONDS, clock=time.monotonic)))
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
