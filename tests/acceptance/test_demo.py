"""`missedcall demo` as a person types it: everything is started, played, told, and gone again."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.stack import Stack
from tests.acceptance.terminal import Typed, environment, typed

MISSED = """
name = "Nobody answers"
texts = {{ ann = {texts} }}

[businesses.acme]
name = "Acme Plumbing"

[[step]]
call = {{ caller = "ann", to = "acme", phones = [{{ outcome = "no-answer" }}] }}
becomes = ["missed (dial_no_answer)", "permitted", "accepted", "delivered"]
"""


async def demonstrated(stack: Stack, home: Path, *arguments: str) -> Typed:
    servers = {"KAFKA_BOOTSTRAP_SERVERS": stack.kafka, "MONGODB_URI": stack.mongodb}
    given = environment(**servers, TMPDIR=str(home), XDG_STATE_HOME=str(home), COLUMNS="100")
    return await typed(["demo", "--json", *arguments], given)


@pytest.fixture(scope="module")
async def shown(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Typed:
    return await demonstrated(stack, tmp_path_factory.mktemp("demo"))


def test_it_ends_with_one_object_that_says_that_each_of_twelve_scenes_and_more_went_well(shown: Typed) -> None:
    assert shown.code == 0, shown.err
    assert shown.last_line["ok"] is True
    assert len(shown.last_line["scenes"]) >= 12
    for scene in shown.last_line["scenes"]:
        assert scene.keys() == {"name", "expected", "observed", "ok"}
        assert (scene["ok"], scene["observed"]) == (True, scene["expected"])


def test_people_see_texts_that_arrived_in_a_box_and_for_all_others_why_not(shown: Typed) -> None:
    """What is told beside the object goes to standard error."""
    assert len(shown.out.splitlines()) == 1
    arrived = sum(scene["observed"].count("delivered") for scene in shown.last_line["scenes"])
    assert shown.err.count("╭─ text on the phone of …") == arrived
    assert "✕ the text did not arrive: Twilio says that the recipient opted out" in shown.err
    assert "✕ the text is not known to have arrived: " in shown.err
    assert "✕ no text: the caller asked not to be texted" in shown.err


async def test_a_scene_that_does_not_become_what_it_must_fails_the_demo_and_shows_the_difference(
    stack: Stack, tmp_path: Path
) -> None:
    """Two texts are expected here, where one is right."""
    (tmp_path / "wrong.toml").write_text(MISSED.format(texts=2))
    ended = await demonstrated(stack, tmp_path, "--scenes", str(tmp_path))
    [scene] = ended.last_line["scenes"]
    assert (ended.code, ended.last_line["ok"], scene["ok"]) == (1, False, False)
    assert "texts: 2 on ann's phone" in scene["expected"]
    assert "texts: 1 on ann's phone" in scene["observed"]
    assert left_in(tmp_path) == []


def left_in(home: Path) -> list[Path]:
    return list(home.glob("missedcall-*/run-*"))


async def test_a_folder_without_scenes_is_bad_input_before_anything_is_started(stack: Stack, tmp_path: Path) -> None:
    ended = await demonstrated(stack, tmp_path, "--scenes", str(tmp_path))
    assert (ended.code, ended.out) == (2, "")
    assert f"{tmp_path}: there is no scene" in ended.err
