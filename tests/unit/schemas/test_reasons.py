"""Every decision has a reason, and every reason a sentence that a person reads."""

from __future__ import annotations

import json

import pytest

from schemas.reasons import Reason


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_has_a_sentence_that_fits_into_one(reason: Reason) -> None:
    assert len(reason.sentence.split()) >= 3
    assert reason.sentence[0].islower() or reason.sentence.startswith("Twilio")
    assert not reason.sentence.endswith(".")
    assert reason.sentence != reason.value


def test_no_two_reasons_read_the_same() -> None:
    assert len({reason.sentence for reason in Reason}) == len(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_travels_by_its_machine_name_alone(reason: Reason) -> None:
    name = json.loads(json.dumps(reason))
    assert name == reason.name.lower()
    assert {known.value: known for known in Reason}[name] is reason
