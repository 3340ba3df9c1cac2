"""Whatever happens to a file, whole frames are found, and what is none is handed out as rubbish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.spool.frames import Rubbish, Whole, framed, scan

PAYLOADS = st.lists(st.binary(max_size=200), max_size=8)


def payloads(data: bytes) -> list[bytes]:
    return [piece.payload for piece in scan(data) if isinstance(piece, Whole)]


def rubbish(data: bytes) -> bytes:
    return b"".join(piece.data for piece in scan(data) if isinstance(piece, Rubbish))


def written(texts: list[bytes]) -> bytes:
    return b"".join(framed(text) for text in texts)


@given(PAYLOADS)
def test_what_was_written_is_read(texts: list[bytes]) -> None:
    assert payloads(written(texts)) == texts
    assert rubbish(written(texts)) == b""


@given(PAYLOADS, st.data())
def test_a_torn_tail_costs_the_frame_that_was_torn_and_no_other(texts: list[bytes], data: st.DataObject) -> None:
    whole = written(texts)
    cut = data.draw(st.integers(0, len(whole)))
    ends = [len(written(texts[:count])) for count in range(len(texts) + 1)]
    complete = max(count for count, end in enumerate(ends) if end <= cut)
    assert payloads(whole[:cut]) == texts[:complete]
    assert rubbish(whole[:cut]) == whole[ends[complete] : cut]


@given(PAYLOADS.filter(len), st.data())
def test_a_flipped_byte_costs_one_frame(texts: list[bytes], data: st.DataObject) -> None:
    hit = data.draw(st.integers(0, len(texts) - 1))
    begin = len(written(texts[:hit]))
    at = data.draw(st.integers(begin, begin + len(framed(texts[hit])) - 1))
    spoilt = bytearray(written(texts))
    spoilt[at] ^= data.draw(st.integers(1, 255))
    assert payloads(bytes(spoilt)) == texts[:hit] + texts[hit + 1 :]


@given(PAYLOADS, st.binary(max_size=300), PAYLOADS)
def test_rubbish_in_the_middle_costs_nothing_else(before: list[bytes], middle: bytes, after: list[bytes]) -> None:
    assert payloads(written(before) + middle + written(after)) == before + after
    assert rubbish(written(before) + middle + written(after)) == middle


@given(st.binary(max_size=500))
def test_any_bytes_are_accounted_for(data: bytes) -> None:
    pieces = [framed(piece.payload) if isinstance(piece, Whole) else piece.data for piece in scan(data)]
    assert b"".join(pieces) == data


def test_the_beginnings_of_many_frames_are_no_frames() -> None:
    head = framed(b"x" * 1000)[:12]
    assert payloads(head * 500) == []
    assert rubbish(head * 500) == head * 500


def test_a_record_that_no_reader_would_believe_is_not_written() -> None:
    with pytest.raises(ValueError, match="longer than a frame may be"):
        framed(bytes(2 * 1024 * 1024 + 1))
