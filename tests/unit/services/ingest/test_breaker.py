"""The breaker lets all through or next to nothing, and believes only what was tried in its present epoch."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.breaker import PROBE_EVERY_SECONDS, Breaker, Circuit


def opened(now: float = 100.0) -> Breaker:
    return Breaker().failed(0, now)


def test_all_are_let_through_while_it_is_closed() -> None:
    breaker = Breaker()
    assert breaker.admits(0)
    assert breaker.tried(0) == breaker


def test_one_failure_opens_it_until_the_next_probe_is_due() -> None:
    breaker = opened()
    assert breaker.circuit is Circuit.OPEN
    assert not breaker.admits(100 + PROBE_EVERY_SECONDS - 0.01)
    assert breaker.admits(100 + PROBE_EVERY_SECONDS)


def test_one_probe_at_a_time() -> None:
    breaker = opened().tried(102)
    assert breaker.circuit is Circuit.PROBING
    assert not breaker.admits(102)


def test_a_probe_that_nobody_reports_on_is_given_up() -> None:
    assert opened().tried(102).admits(102 + PROBE_EVERY_SECONDS)


def test_a_good_probe_closes_it() -> None:
    probing = opened().tried(102)
    assert probing.succeeded(probing.epoch).circuit is Circuit.CLOSED


def test_a_failed_probe_opens_it_again_from_then_on() -> None:
    probing = opened().tried(102)
    breaker = probing.failed(probing.epoch, 103)
    assert not breaker.admits(103 + PROBE_EVERY_SECONDS - 0.01)
    assert breaker.admits(103 + PROBE_EVERY_SECONDS)


def test_what_was_tried_before_it_opened_says_nothing_about_now() -> None:
    breaker = opened()
    assert breaker.succeeded(0) == breaker
    assert breaker.failed(0, 101.9) == breaker


@dataclass
class Model:
    """Tries under way, and what must hold whatever happens to them."""

    now: float = 0.0
    breaker: Breaker = field(default_factory=Breaker)
    under_way: list[int] = field(default_factory=list)
    last_probe_at: float = float("-inf")

    def ask(self) -> None:
        if not self.breaker.admits(self.now):
            assert self.breaker.circuit is not Circuit.CLOSED
            return
        if self.breaker.circuit is not Circuit.CLOSED:
            assert self.now - self.last_probe_at >= PROBE_EVERY_SECONDS
            self.last_probe_at = self.now
        self.breaker = self.breaker.tried(self.now)
        self.under_way.append(self.breaker.epoch)

    def report(self, index: int, *, good: bool) -> None:
        if not self.under_way:
            return
        epoch = self.under_way.pop(index % len(self.under_way))
        before = self.breaker
        self.breaker = before.succeeded(epoch) if good else before.failed(epoch, self.now)
        if epoch != before.epoch:
            assert self.breaker == before
        else:
            assert (self.breaker.circuit is Circuit.CLOSED) == good

    def walk(self, steps: list[tuple[str, float]]) -> None:
        for what, value in steps:
            if what == "wait":
                self.now += value
            elif what == "ask":
                self.ask()
            else:
                self.report(int(value), good=what == "good")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, 3, allow_nan=False)),
        st.tuples(st.just("ask"), st.just(0.0)),
        st.tuples(st.sampled_from(["good", "bad"]), st.integers(0, 5).map(float)),
    ),
    max_size=60,
)


@given(STEPS)
def test_whatever_happens_probes_are_rare_and_stale_reports_change_nothing(steps: list[tuple[str, float]]) -> None:
    model = Model()
    model.walk(steps)


@given(STEPS)
def test_from_every_state_a_good_probe_after_a_pause_closes_it(steps: list[tuple[str, float]]) -> None:
    model = Model()
    model.walk(steps)
    probing = model.breaker.tried(model.now + PROBE_EVERY_SECONDS)
    assert model.breaker.admits(model.now + PROBE_EVERY_SECONDS)
    assert probing.succeeded(probing.epoch).circuit is Circuit.CLOSED
