"""The breaker lets callers through or none, and believes only what was tried in its present epoch."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.breaker import PATIENCE_SECONDS, TRY_EVERY_SECONDS, Breaker, Circuit

FAST, SLOW = PATIENCE_SECONDS / 2, PATIENCE_SECONDS * 2


def closed() -> Breaker:
    return Breaker().answered(0, seconds=FAST)


def opened(now: float = 100.0) -> Breaker:
    breaker = closed()
    return breaker.failed(breaker.epoch, now)


def test_at_first_no_caller_waits_for_it_and_a_try_is_worth_it() -> None:
    assert not Breaker().closed
    assert Breaker().admits(0)


def test_an_answer_within_the_patience_of_a_caller_closes_it() -> None:
    assert closed().closed
    assert closed().admits(0)


def test_a_slower_answer_keeps_callers_away_and_is_no_reason_to_pause() -> None:
    breaker = Breaker().answered(0, seconds=SLOW)
    assert (breaker.circuit, breaker.closed, breaker.admits(0)) == (Circuit.SLOW, False, True)
    assert breaker.answered(breaker.epoch, seconds=FAST).closed


def test_while_it_is_closed_a_slow_answer_changes_nothing() -> None:
    assert closed().answered(closed().epoch, seconds=SLOW) == closed()


def test_one_failure_opens_it_until_the_next_try_is_due() -> None:
    breaker = opened()
    assert not breaker.closed
    assert not breaker.admits(100 + TRY_EVERY_SECONDS - 0.01)
    assert breaker.admits(100 + TRY_EVERY_SECONDS)


def test_a_failed_try_keeps_it_open_from_then_on() -> None:
    breaker = opened().failed(opened().epoch, 103)
    assert not breaker.admits(103 + TRY_EVERY_SECONDS - 0.01)


def test_what_was_tried_before_it_opened_says_nothing_about_now() -> None:
    breaker = opened()
    assert breaker.answered(closed().epoch, seconds=FAST) == breaker
    assert breaker.failed(closed().epoch, 101.9) == breaker


@pytest.mark.parametrize("breaker", [closed(), Breaker().answered(0, seconds=SLOW)], ids=["closed", "slow"])
def test_news_of_another_topic_is_none_for_one_that_answers(breaker: Breaker) -> None:
    assert breaker.due() == breaker


def test_when_another_topic_answers_the_next_try_is_due_at_once() -> None:
    assert opened().due().admits(100)


@dataclass
class Model:
    """Tries under way, and what must hold whatever happens to them."""

    now: float = 0.0
    breaker: Breaker = field(default_factory=Breaker)
    under_way: list[int] = field(default_factory=list)
    failed_at: float = float("-inf")

    def ask(self) -> None:
        if self.breaker.admits(self.now):
            self.under_way.append(self.breaker.epoch)
        else:
            assert self.now - self.failed_at < TRY_EVERY_SECONDS

    def report(self, index: int, seconds: float | None) -> None:
        if not self.under_way:
            return
        epoch = self.under_way.pop(index % len(self.under_way))
        before = self.breaker
        if seconds is None:
            self.breaker = before.failed(epoch, self.now)
        else:
            self.breaker = before.answered(epoch, seconds=seconds)
        if epoch != before.epoch:
            assert self.breaker == before
        elif seconds is None:
            assert self.breaker.circuit is Circuit.OPEN
            self.failed_at = self.now
        else:
            assert self.breaker.closed == (before.closed or seconds <= PATIENCE_SECONDS)

    def walk(self, steps: list[tuple[str, float]]) -> None:
        for what, value in steps:
            if what == "wait":
                self.now += value
            elif what == "ask":
                self.ask()
            else:
                self.report(int(value), {"fast": FAST, "slow": SLOW, "failed": None}[what])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, 3, allow_nan=False)),
        st.tuples(st.just("ask"), st.just(0.0)),
        st.tuples(st.sampled_from(["fast", "slow", "failed"]), st.integers(0, 5).map(float)),
    ),
    max_size=60,
)


@given(STEPS)
def test_whatever_happens_it_pauses_after_failures_alone_and_stale_reports_change_nothing(
    steps: list[tuple[str, float]],
) -> None:
    model = Model()
    model.walk(steps)


@given(STEPS)
def test_from_every_state_a_good_try_after_a_pause_closes_it(steps: list[tuple[str, float]]) -> None:
    model = Model()
    model.walk(steps)
    assert model.breaker.admits(model.now + TRY_EVERY_SECONDS)
    assert model.breaker.answered(model.breaker.epoch, seconds=FAST).closed
