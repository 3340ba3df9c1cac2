"""Dead letters as the tests of the command need them."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

from missedcall.dead_letters.letters import Letter
from runtime.dead_letters import DeadLetter, Header, dead_letters_topic

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def letter(
    offset: int = 0,
    *,
    service: str = "decider",
    topic: str = "calls.ingested.v1",
    reason: str = "Broken",
    value: bytes = b"{",
    headers: dict[str, bytes] | None = None,
    minute: int = 0,
) -> Letter:
    record = DeadLetter(
        topic=topic,
        partition=0,
        offset=offset,
        key="c1_x",
        key_base64=b64encode(b"c1_x").decode(),
        value_base64=b64encode(value).decode(),
        headers=tuple(
            Header(name=name, value_base64=b64encode(content).decode()) for name, content in (headers or {}).items()
        ),
        reason=reason,
    )
    event = dead_letters_topic(service).event(
        record,
        source=f"/{service}",
        subject=record.place,
        transition="rejected",
        key=record.key,
        time=START + timedelta(minutes=minute),
    )
    return Letter(service=service, event=event)
