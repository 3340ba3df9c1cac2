"""Phone numbers for people who do not exist: from the range kept free for fiction, as far as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

# Area codes of the United States; 555-01xx is nobody's in each of them.
_AREAS = (201, 202, 206, 212, 213, 303, 305, 312, 404, 408, 415, 503, 512, 602, 617, 702, 713, 718, 808, 917)


def fictional_numbers(random: Random) -> Iterator[str]:
    """Two thousand different numbers in E.164, in an order of chance, so that runs on kept data seldom meet."""
    numbers = [f"+1{area}55501{line:02}" for area in _AREAS for line in range(100)]
    random.shuffle(numbers)
    return iter(numbers)
