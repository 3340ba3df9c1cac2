"""What was kept last is known for a while; what was kept longest ago goes first."""

from __future__ import annotations

from runtime.recent import Recent


def test_it_forgets_what_was_kept_longest_ago_and_what_is_too_old() -> None:
    now = 100.0
    recent: Recent[int] = Recent(at_most=2, seconds=60, clock=lambda: now)
    for id_, one in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.keep(id_, one)
    assert recent.of(["a", "b", "c"]) == {"a": 3, "c": 4}
    now += 60
    recent.keep("a", 5)
    now += 1
    assert recent.of(["a", "b", "c"]) == {"a": 5}
