"""Faults are one table: every name that can be ordered stands in it, and does one thing."""

from typing import Any, get_args

import pytest

from simulator.faults.book import FaultBook
from simulator.faults.order import FaultOrder, Name
from simulator.faults.plan import Plan
from simulator.faults.table import AFTER_ACCEPTANCE, ANSWERS, WEBHOOK_COPIES

MESSAGE_FAULTS = [name for table in (ANSWERS, *AFTER_ACCEPTANCE) for name in table]


def ordered(**fields: Any) -> FaultOrder:
    return FaultOrder.model_validate(fields)


def test_what_can_be_ordered_is_what_stands_in_the_table() -> None:
    assert sorted(get_args(Name)) == sorted([*MESSAGE_FAULTS, *WEBHOOK_COPIES])


@pytest.mark.parametrize("name", MESSAGE_FAULTS)
def test_each_fault_changes_one_message_and_then_is_used_up(name: str) -> None:
    book = FaultBook()
    book.order(ordered(name=name, to="+2", real_seconds=1))
    assert book.plan("+1", "+3") == Plan()
    assert book.plan("+1", "+2") != Plan()
    assert book.plan("+1", "+2") == Plan()


def test_faults_of_different_kinds_meet_the_same_message() -> None:
    book = FaultBook()
    book.order(ordered(name="accept-then-500"))
    book.order(ordered(name="no-callback"))
    book.order(ordered(name="undelivered", code=30003))
    plan = book.plan("+1", "+2")
    assert (plan.answer, plan.callbacks, plan.outcome, plan.error_code) == (
        "server_error",
        "none",
        "undelivered",
        30003,
    )


def test_a_refused_message_uses_up_no_fault_of_its_delivery() -> None:
    book = FaultBook()
    book.order(ordered(name="too-many-requests"))
    book.order(ordered(name="failed", code=30007))
    assert not book.plan("+1", "+2").accepts
    assert book.plan("+1", "+2").error_code == 30007
