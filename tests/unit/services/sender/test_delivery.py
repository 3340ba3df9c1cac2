"""The lattice of delivery."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sender.delivery import Delivery, delivery_of, further

LAST = {Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED}


@pytest.mark.parametrize("order", [*permutations(["queued", "sending", "sent", "delivered"])])
def test_callbacks_in_any_order_end_at_delivered(order: tuple[str, ...]) -> None:
    known: Delivery | None = None
    for status in order:
        known = further(known, delivery_of(status))
    assert known is Delivery.DELIVERED


@given(st.lists(st.sampled_from(Delivery), min_size=1))
def test_the_first_end_that_is_reported_stays(said: list[Delivery]) -> None:
    known: Delivery | None = None
    for delivery in said:
        known = further(known, delivery)
    ends = [delivery for delivery in said if delivery in LAST]
    assert known == (ends[0] if ends else max(said, key=list(Delivery).index))


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        ("accepted", Delivery.QUEUED),
        ("read", Delivery.DELIVERED),
        ("canceled", Delivery.FAILED),
        ("Delivered", Delivery.DELIVERED),
        ("a status of next year", Delivery.QUEUED),
    ],
)
def test_each_of_twilios_words_has_a_place(status: str, delivery: Delivery) -> None:
    assert delivery_of(status) is delivery
