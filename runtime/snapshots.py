"""A table on disk: a process that restarts while Kafka is away begins with what it last knew, and how old that is."""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ValidationError

log = logging.getLogger(__name__)


class Row(BaseModel):
    """One key's newest record, as it was on the topic.

    A newer one that could not be read stands beside it: the next release may be able to.
    """

    partition: int
    key_base64: str
    value_base64: str

    @classmethod
    def of(cls, partition: int, key: bytes, value: bytes) -> Row:
        return cls(
            partition=partition,
            key_base64=base64.b64encode(key).decode(),
            value_base64=base64.b64encode(value).decode(),
        )

    @property
    def key(self) -> bytes:
        return base64.b64decode(self.key_base64)

    @property
    def value(self) -> bytes:
        return base64.b64decode(self.value_base64)


class Snapshot(BaseModel):
    """`at`: when the table was last known to be at its topic's end, in seconds of the epoch."""

    at: float
    offsets: dict[int, int]
    rows: list[Row]


def load_snapshot(path: Path) -> Snapshot | None:
    """None where there is none, or where it cannot be read: then the topic is read from its beginning."""
    try:
        return Snapshot.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        why = {"action": "snapshot_rejected", "file": path.name, "why": type(error).__name__}
        log.warning("snapshot passed over", extra=why)
        return None


def save_snapshot(path: Path, *, at: float, offsets: dict[int, int], rows: Iterable[Row]) -> None:
    """Whole or not at all: written beside, synced and renamed, so that a crash leaves the one before.

    Under a name that nobody else has: replicas that share a folder would write into each other's file.
    Its folder is synced as well: a rename that a power cut undid would bring back what was known long ago.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{uuid4().hex}.new")
    try:
        with beside.open("x") as file:
            json.dump(Snapshot(at=at, offsets=offsets, rows=list(rows)).model_dump(), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
