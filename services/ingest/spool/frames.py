"""Records in a file: each with its length and checksum, so that a torn or foreign piece is known for what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final
from zlib import crc32

_MARK: Final = b"\xf5SP1"  # no byte of UTF-8 begins like this, so that text is never taken for a frame
_HEAD: Final = Struct(">4sII")  # the mark, the payload's length, the checksum of the length and the payload
_LENGTH: Final = Struct(">I")
# More than any webhook becomes; a length beyond it is rubbish, whatever its checksum.
_LONGEST: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Whole:
    """A frame as it was written."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Rubbish:
    """Bytes between whole frames, or after the last one: a write that a crash cut short, or a disk gone bad."""

    data: bytes


def framed(payload: bytes) -> bytes:
    if len(payload) > _LONGEST:
        raise ValueError(f"a record of {len(payload)} bytes is longer than a frame may be ({_LONGEST})")
    return _HEAD.pack(_MARK, len(payload), _checksum(payload)) + payload


def scan(data: bytes) -> Iterator[Whole | Rubbish]:
    """Every whole frame, and every byte that is in none; together they are the data."""
    unread, at = 0, data.find(_MARK)
    while at >= 0:
        payload = _payload_at(data, at)
        if payload is None:
            at = data.find(_MARK, at + 1)
            continue
        if at > unread:
            yield Rubbish(data[unread:at])
        yield Whole(payload)
        unread = at + _HEAD.size + len(payload)
        at = data.find(_MARK, unread)
    if unread < len(data):
        yield Rubbish(data[unread:])


def _payload_at(data: bytes, at: int) -> bytes | None:
    """None where no whole frame begins."""
    begin = at + _HEAD.size
    if begin > len(data):
        return None
    _, length, checksum = _HEAD.unpack_from(data, at)
    payload = data[begin : begin + length]
    if length > _LONGEST or len(payload) < length or _checksum(payload) != checksum:
        return None
    return payload


def _checksum(payload: bytes) -> int:
    return crc32(payload, crc32(_LENGTH.pack(len(payload))))
