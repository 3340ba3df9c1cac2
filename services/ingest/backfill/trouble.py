"""Why Twilio's list cannot be read."""

from __future__ import annotations


class Away(Exception):  # noqa: N818 - it says what is known
    """Not now: too many requests, an error of Twilio's, no connection. `retry_after`: seconds, where Twilio says so."""

    def __init__(self, why: str, *, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Closed(Exception):  # noqa: N818
    """Not before somebody does something about it."""
