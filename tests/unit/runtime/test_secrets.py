"""A folder of secrets, reread when a file changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.secrets import SecretFolder, SecretMissing


def test_each_line_is_a_secret_the_first_one_first(tmp_path: Path) -> None:
    (tmp_path / "AC1").write_text("new\n\n  old \n")
    assert SecretFolder(tmp_path).secrets("AC1") == ("new", "old")


def test_a_rotation_needs_no_restart(tmp_path: Path) -> None:
    folder, file = SecretFolder(tmp_path), tmp_path / "AC1"
    file.write_text("old")
    assert folder.secrets("AC1") == ("old",)
    file.write_text("new\nold")
    os.utime(file, ns=(1, 1))
    assert folder.secrets("AC1") == ("new", "old")


def test_a_secret_that_is_taken_away_is_gone(tmp_path: Path) -> None:
    folder, file = SecretFolder(tmp_path), tmp_path / "AC1"
    file.write_text("old")
    folder.secrets("AC1")
    file.unlink()
    with pytest.raises(SecretMissing, match="no file AC1"):
        folder.secrets("AC1")


@pytest.mark.parametrize("name", ["", ".", "..", "../AC1", "a/b", "AC1\x00", "AC 1"])
def test_a_name_that_could_lead_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SecretMissing, match="letters and digits only"):
        SecretFolder(tmp_path).secrets(name)


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "AC1").write_text("\n")
    with pytest.raises(SecretMissing, match="is empty"):
        SecretFolder(tmp_path).secrets("AC1")
