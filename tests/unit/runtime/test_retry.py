"""Waiting between tries."""

from __future__ import annotations

from itertools import islice
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from runtime.retry import full_jitter


@given(st.randoms(use_true_random=False))
def test_no_wait_is_longer_than_the_doubled_one_before_or_the_cap(random: Random) -> None:
    waits = list(islice(full_jitter(random.uniform, base=0.05, cap=2.0), 12))
    ceilings = [min(2.0, 0.05 * 2**turn) for turn in range(12)]
    assert all(0 <= wait <= ceiling for wait, ceiling in zip(waits, ceilings, strict=True))


def test_without_jitter_it_doubles_up_to_the_cap() -> None:
    assert list(islice(full_jitter(max, base=0.5, cap=3), 5)) == [0.5, 1, 2, 3, 3]
