"""What was kept last is known; what was kept longest ago goes first."""

from __future__ import annotations

from runtime.recent import Recent


def test_it_forgets_what_was_kept_longest_ago() -> None:
    recent: Recent[int] = Recent(at_most=2)
    for id_, one in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.keep(id_, one)
    assert recent.of(["a", "b", "c"]) == {"a": 3, "c": 4}
