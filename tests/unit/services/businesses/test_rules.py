"""How a business begins and changes, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.businesses import Mode, Status
from schemas.words import DEFAULT_TEMPLATE
from services.businesses.refusals import Refused
from services.businesses.rules import Wishes, begun, changed
from tests.unit.services.businesses.wishes import NOW, business, wishes

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no name", {"name": "  "}, "--name: it is empty"),
    ("a name of two lines", {"name": "Acme\nPlumbing"}, "--name: it is no line"),
    ("a name without end", {"name": "x" * 101}, "--name: it is no line"),
    ("no plan", {"plan": ""}, "--plan: it is empty"),
    ("an account SID that is short", {"account_sid": "AC12"}, "--account-sid: "),
    ("another kind of SID", {"account_sid": "SK" + "0" * 32}, "--account-sid: "),
    ("an account SID in capitals", {"account_sid": "AC" + "0F" * 16}, "--account-sid: "),
    ("no number", {"numbers": []}, "--number: there is none"),
    ("words for a number", {"numbers": ["front desk"]}, "--number: the number is none"),
    ("the second number is wrong", {"numbers": ["+14155550199", "123"]}, "--number: number 2 of 2 is none"),
    ("forward to nobody", {"forward_to": []}, "--forward-to: mode forward needs a phone"),
    ("forward to rubbish", {"forward_to": ["+1"]}, "--forward-to: the number is none"),
    ("forward to itself", {"forward_to": ["(415) 555-0199"]}, "--forward-to: a connected number would ring itself"),
    ("rings too short", {"ring_seconds": 4}, "--ring-seconds: input should be greater than or equal to 5"),
    ("rings too long", {"ring_seconds": 61}, "--ring-seconds: input should be less than or equal to 60"),
    ("a negative cooldown", {"cooldown_minutes": -1}, "--cooldown-minutes: input should be greater"),
    ("a cooldown past a week", {"cooldown_minutes": 10_081}, "--cooldown-minutes: it is longer than a week"),
    (
        "words without the name",
        {"template": "We missed your call."},
        "--template: the template lacks the business's name",
    ),
    ("an unknown placeholder", {"template": "{business}: {price}"}, "--template: the template has a placeholder"),
]


@pytest.mark.parametrize(("but", "refusal"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_bad_input_is_refused_with_its_option_the_problem_and_the_next_step(but: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        business(**but)
    assert str(refused.value).startswith(refusal)
    assert refused.value.next_step


@pytest.mark.parametrize(("but", "refusal"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_change_is_held_to_the_same_rules_as_a_beginning(but: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        changed(business(), Wishes(**but))
    assert str(refused.value).startswith(refusal)


def test_a_refusal_holds_no_number() -> None:
    with pytest.raises(Refused) as refused:
        business(numbers=["+14155550199"], forward_to=["+14155550199"])
    assert "4155550199" not in str(refused.value)


def test_a_business_begins_on_trial_with_the_usual_words_and_cooldown() -> None:
    begins = business()
    assert begins.version == 1
    assert begins.entitlement.status is Status.TRIAL
    assert begins.entitlement.trial_started_at == NOW
    assert (begins.template, begins.cooldown_minutes, begins.ring_seconds) == (DEFAULT_TEMPLATE, 60, 20)


def test_numbers_are_kept_in_e164_and_once() -> None:
    begins = business(numbers=["(415) 555-0199", "+1 415 555 0199", "+14155550122"])
    assert begins.numbers == ("+14155550199", "+14155550122")


@pytest.mark.parametrize("mode", [Mode.OVERFLOW, Mode.OBSERVE])
def test_only_mode_forward_needs_a_phone_to_ring(mode: Mode) -> None:
    assert business(mode=mode, forward_to=None).forward_to == ()


def test_a_change_makes_the_next_version_and_leaves_the_rest() -> None:
    before = business()
    after = changed(before, Wishes(name="Acme & Sons", plan="pro"))
    entitlement = before.entitlement.model_copy(update={"plan": "pro"})
    assert after == before.model_copy(update={"version": 2, "name": "Acme & Sons", "entitlement": entitlement})


def test_a_change_to_what_stands_already_is_no_change() -> None:
    assert changed(business(), wishes()) == business()


def test_a_trial_is_ended_and_a_plan_taken_in_one_step() -> None:
    after = changed(business(), Wishes(status=Status.ACTIVE, trial_ends_at=NOW + timedelta(hours=1)))
    assert after.entitlement.status is Status.ACTIVE
    assert after.entitlement.trial_ends_at == NOW + timedelta(hours=1)


def test_what_was_terminated_stays_so() -> None:
    terminated = changed(business(), Wishes(status=Status.TERMINATED))
    with pytest.raises(Refused, match="nothing, it is final"):
        changed(terminated, Wishes(status=Status.ACTIVE))


def test_the_trial_follows_the_time_that_is_given() -> None:
    later = begun(wishes(), business_id="b_1", now=datetime.fromisoformat("2028-01-31T00:00:00Z"))
    assert later.entitlement.trial_ends_at == datetime.fromisoformat("2028-02-29T00:00:00Z")
