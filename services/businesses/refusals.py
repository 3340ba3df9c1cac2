"""Why a change to a business, or a pause, is refused: which option, what is wrong with it, and what to do next."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it says what happened
    """Nothing was changed. Numbers do not stand in it: it may end in a log."""

    def __init__(self, option: str, problem: str, next_step: str) -> None:
        super().__init__(f"{option}: {problem}; {next_step}")
        self.option = option
        self.problem = problem
        self.next_step = next_step
