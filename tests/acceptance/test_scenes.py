"""The demo's scenes, played once undisturbed: each becomes what its file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from missedcall.demo import SCENES
from missedcall.stage.play import Outcome, Stage
from missedcall.stage.scene import load_scene

FILES = sorted(SCENES.glob("*.toml"))


@pytest.fixture(scope="module")
async def outcomes(stage: Stage) -> dict[str, Outcome]:
    played = await stage.play_all([load_scene(path) for path in FILES])
    return {path.stem: outcome for path, outcome in zip(FILES, played, strict=True)}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
async def test_a_scene_becomes_what_it_must(file: Path, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[file.stem]
    assert outcome.observed == outcome.expected
