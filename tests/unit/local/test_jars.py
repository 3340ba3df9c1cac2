"""Jars are taken only if they are the very ones that the lock names."""

from pathlib import Path

import pytest

from local.errors import LocalStackError
from local.jars import collect

_LOCK = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae  kafka.jar\n"  # of b"foo"


def test_the_jars_that_the_lock_names_are_collected_from_wherever_they_lie(tmp_path: Path) -> None:
    _jar(tmp_path / "built" / "modules" / "kafka.jar", b"foo")
    collect(tmp_path / "built", tmp_path / "jars", lock=_LOCK)
    assert [jar.read_bytes() for jar in (tmp_path / "jars").iterdir()] == [b"foo"]


def test_a_jar_that_the_lock_does_not_name_stays_behind(tmp_path: Path) -> None:
    _jar(tmp_path / "built" / "kafka.jar", b"foo")
    _jar(tmp_path / "built" / "other.jar", b"other")
    collect(tmp_path / "built", tmp_path / "jars", lock=_LOCK)
    assert [jar.name for jar in (tmp_path / "jars").iterdir()] == ["kafka.jar"]


def test_a_jar_of_other_content_is_refused_by_name(tmp_path: Path) -> None:
    _jar(tmp_path / "built" / "kafka.jar", b"fo")
    with pytest.raises(LocalStackError, match=r"kafka\.jar is not the file that .* names"):
        collect(tmp_path / "built", tmp_path / "jars", lock=_LOCK)


def test_a_missing_jar_is_named(tmp_path: Path) -> None:
    (tmp_path / "built").mkdir()
    with pytest.raises(LocalStackError, match=r"kafka\.jar was not resolved"):
        collect(tmp_path / "built", tmp_path / "jars", lock=_LOCK)


def _jar(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
