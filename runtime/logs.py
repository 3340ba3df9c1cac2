"""Structured logs: one JSON object a line, with a stable `action`, and no personal data."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import IO, Final

# The last net under a rule that every caller keeps: whatever looks like a phone number is not written.
_NUMBER: Final = re.compile(r"(?:\+|%2B)\d{6,15}|(?<![\w.-])\d{10,15}(?![\w.-])")
_STANDARD: Final = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "taskName"}


def redacted(text: str) -> str:
    """The text without what looks like a phone number."""
    return _NUMBER.sub("[number]", text)


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
        line |= {k: redacted(v) if isinstance(v, str) else v for k, v in extras.items()}
        if record.exc_info:
            line["error"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, default=lambda value: redacted(str(value)))


def set_up_logs(service: str, *, level: int = logging.INFO, stream: IO[str] | None = None) -> None:
    """Everything that logs goes through the one formatter, libraries too."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
