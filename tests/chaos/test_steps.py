"""The labelled steps are methods that the sender really has, and each of them can be died at on both sides."""

from __future__ import annotations

import inspect

import pytest

from tests.chaos.steps import LABELS, STEPS, Step


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_is_called_what_we_call_it(step: Step) -> None:
    """Renamed, it would never be died at."""
    assert inspect.iscoroutinefunction(getattr(step.owner, step.method, None)), f"{step.name} is gone: see steps.py"


def test_each_step_has_a_label_before_and_one_after() -> None:
    assert len(set(LABELS)) == 2 * len(STEPS)
