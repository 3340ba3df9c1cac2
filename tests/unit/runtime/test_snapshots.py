"""A snapshot is written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.snapshots import Row, Snapshot, load_snapshot, save_snapshot


@given(key=st.binary(), value=st.binary())
def test_any_bytes_come_back(key: bytes, value: bytes) -> None:
    row = Row.model_validate_json(Row.of(3, key, value).model_dump_json())
    assert (row.partition, row.key, row.value) == (3, key, value)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path, rows = tmp_path / "new folder" / "table.json", [Row.of(0, b"k", b"v")]
    save_snapshot(path, at=1.5, offsets={0: 7}, rows=rows)
    assert load_snapshot(path) == Snapshot(at=1.5, offsets={0: 7}, rows=rows)


def test_a_crash_while_writing_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    save_snapshot(path, at=1.5, offsets={}, rows=[])
    with pytest.raises(AttributeError):
        save_snapshot(path, at=2.5, offsets={}, rows=(row.no_such_thing for row in [Row.of(0, b"", b"")]))  # type: ignore[attr-defined] # the crash
    before = load_snapshot(path)
    assert before is not None
    assert before.at == 1.5
    assert list(tmp_path.iterdir()) == [path]


def test_a_replica_that_writes_in_the_middle_of_another_s_writing_is_not_written_into(tmp_path: Path) -> None:
    path, row = tmp_path / "table.json", Row.of(0, b"k", b"v")

    def rows() -> Iterator[Row]:
        save_snapshot(path, at=2.5, offsets={}, rows=[row] * 9)
        assert load_snapshot(path) == Snapshot(at=2.5, offsets={}, rows=[row] * 9)
        yield row

    save_snapshot(path, at=1.5, offsets={}, rows=rows())
    assert load_snapshot(path) == Snapshot(at=1.5, offsets={}, rows=[row])
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"at": 1}'])
def test_one_that_cannot_be_read_is_passed_over(tmp_path: Path, content: str) -> None:
    path = tmp_path / "table.json"
    path.write_text(content)
    assert load_snapshot(path) is None


def test_none_is_none(tmp_path: Path) -> None:
    assert load_snapshot(tmp_path / "table.json") is None
