"""Every scene again, with each service killed once in the middle: the same outcome, and no second text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from local.layout import SERVICES
from local.system import System, all_ready
from missedcall.demo import SCENES
from missedcall.stage.play import Outcome, Played, Stage
from missedcall.stage.scene import Business, Call, Phone, Scene, Step, load_scene
from tests.waiting import until


async def played_through_a_kill(
    stage: Stage, system: System, service: str, scenes: Sequence[Scene], *, after: int
) -> list[Outcome]:
    """The kill comes after so many events: some calls are decided then, others not yet made."""
    before = stage.observer.seen
    stage.enough = lambda step, became: became in (step.becomes, *from_its_end(step))
    playing = asyncio.create_task(stage.play_all(scenes))
    await until(lambda: stage.observer.seen >= before + after or playing.done(), within=60)
    assert not playing.done(), "the scenes were over before the kill"
    system.processes.kill(service)
    outcomes = await playing
    await all_ready(system.ops, system.folder)
    return outcomes


def holds(outcome: Outcome, service: str) -> bool:
    """As the scene says, but for what died with a service, and is known to.

    The sender may have lost sight of a text: then it says so, and what Twilio would have answered may be the answer to
    the scene's next text. Ingest may have had a webhook in hand, and a decider that was away for longer than its grace
    may find a call due before it has read on: the call's end then tells the same under another name, or less for now.
    """
    if outcome.ok:
        return True
    few_enough = all(outcome.texts[person] <= count for person, count in outcome.scene.texts.items())
    excuse = {"sender": lost_sight, "ingest": by_its_end, "decider": by_its_end}.get(service)
    if excuse is None or not few_enough:
        return False
    lost = [played.step.becomes for played in outcome.steps if service == "sender" and excuse(played)]
    return all(p.became == p.step.becomes or excuse(p) or p.became in lost for p in outcome.steps)


def lost_sight(played: Played) -> bool:
    """The text stands as unsure; or a receipt told later what became of it."""
    rest = tuple(line for line in played.became if line != "unsure (claim_lost)")
    return len(rest) < len(played.became) and rest == played.step.becomes[: len(rest)]


def by_its_end(played: Played) -> bool:
    return played.became in from_its_end(played.step)


def from_its_end(step: Step) -> Sequence[tuple[str, ...]]:
    """Its end tells that nobody took the call, without the Dial's outcome. That somebody did, only the Dial tells."""
    return [("missed (call_no_answer)", *step.becomes[1:]), ("undetermined (no_evidence)", *step.becomes)]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_scene_becomes_what_it_must_though_a_service_is_killed_in_its_middle(
    stage: Stage, system: System, service: str
) -> None:
    scenes = [load_scene(path) for path in sorted(SCENES.glob("*.toml"))]
    outcomes = await played_through_a_kill(stage, system, service, scenes, after=len(scenes))
    assert [outcome.observed for outcome in outcomes if not holds(outcome, service)] == []


def many_calls() -> Scene:
    """Fifty callers at once, whom nobody answers."""
    callers = [f"caller {number}" for number in range(50)]
    becomes = ("missed (dial_no_answer)", "permitted", "accepted", "delivered")
    steps = [Step(call=Call(caller=who, to="acme", phones=(Phone(after=5),)), becomes=becomes) for who in callers]
    return Scene(
        name="many calls",
        businesses={"acme": Business(name="Acme Plumbing")},
        steps=tuple(steps),
        at_once=True,
        texts=dict.fromkeys(callers, 1),
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_each_of_two_hundred_missed_calls_gets_one_text_and_none_two(
    stage: Stage, system: System, service: str
) -> None:
    """Counted at the simulated Twilio, by what reached each handset."""
    outcomes = await played_through_a_kill(stage, system, service, [many_calls()] * 4, after=60)
    assert [outcome.observed for outcome in outcomes if not holds(outcome, service)] == []
