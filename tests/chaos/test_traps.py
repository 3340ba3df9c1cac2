"""A trap takes the first process that comes by, and only that."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.chaos.traps import Traps


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The signals this process would have sent to itself."""
    numbers: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: numbers.append(number))
    return numbers


def test_a_trap_is_sprung_once_and_only_at_its_place(tmp_path: Path, caught: list[int]) -> None:
    traps = Traps(tmp_path)
    traps.set("here", signal.SIGSTOP)
    traps.spring("elsewhere")
    assert traps.standing("here")
    traps.spring("here")
    traps.spring("here")
    assert caught == [signal.SIGSTOP]
    assert not traps.standing("here")
